"""Shows how jobs are doing by editing their responses: sparingly, and never so that a result has to wait."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from cogs.delivery.posting import Content, Poster
from cogs.delivery.progress_embed import progress_embed
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.results.buttons import progress_buttons
from cogs.rush import Rush
from jobs.model import Job
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.progress import Progress
from jobs.signal import Signal
from jobs.status import FINISHED, Status
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
Read = Callable[[str], Awaitable[Progress | None]]

FIRST: Final = 0.4  # seconds; a job that is sent at once is not shown as queued first
SHORTEST: Final = 2.0  # seconds between two edits of one message
LONGEST: Final = 60.0
DUE: Final = 1.5  # seconds before the expected result: from here on no edit is begun
LATE: Final = 3.0  # seconds after the expected time when it is told to be late
OVERDUE: Final = 15.0  # seconds between edits once the expected time is over
RUSH: Final = 0.1  # seconds until it is looked again whether commands still come in a rush
QUEUED_AT_ONCE: Final = 2  # edits of jobs that wait in the queue
SENT_AT_ONCE: Final = 8  # edits of jobs that are at the API
PATIENCE: Final = 3.0  # seconds that a result waits for an edit already on its way


@dataclass(kw_only=True, slots=True)
class _Shown:
    """One job; with thousands waiting, what is remembered of each has to be little."""

    lane: "_Lane"
    guild_id: int
    due: float  # the loop's time
    last_edit: float = 0.0
    last_text: int = 0  # a hash of it
    edit: asyncio.Task[None] | None = field(default=None)


class _Lane:
    """Edits of one kind: in the order in which they are due, not more at once than `most`."""

    def __init__(self, most: int) -> None:
        self.due: list[tuple[float, str]] = []
        self.free = most


class ProgressBoard:
    """Every job whose progress is shown; one loop serves them all.

    What waits in the queue has a lane of its own: however many jobs do, those at the API are shown in time, and their
    results find the loop and the connection to Discord free. It rests while new commands come in a rush.
    """

    def __init__(self, poster: Poster, read: Read, rush: Rush) -> None:
        self._poster = poster
        self._read = read
        self._rush = rush
        self._shown: dict[str, _Shown] = {}
        self._queued, self._sent = _Lane(QUEUED_AT_ONCE), _Lane(SENT_AT_ONCE)
        self._signal = Signal()

    def follow(self, job: Job) -> None:
        """Show this job's progress from now on; its change shows soon, at the earliest 2 s after the last edit."""
        now = asyncio.get_running_loop().time()
        lane = self._queued if job.status is Status.QUEUED else self._sent
        shown = self._shown.get(job.id)
        if shown is None:
            shown = self._shown[job.id] = _Shown(lane=lane, guild_id=job.order.guild_id, due=now)
        shown.lane = lane
        self._appoint(job.id, shown, max(now + FIRST, shown.last_edit + SHORTEST))

    def look_again(self, guild_id: int) -> None:
        """What is shown of this server's jobs may have changed, although none of them has."""
        now = asyncio.get_running_loop().time()
        for job_id, shown in self._shown.items():
            if shown.guild_id == guild_id:
                self._appoint(job_id, shown, max(now + FIRST, shown.last_edit + SHORTEST))

    async def unfollow(self, job_id: str) -> None:
        """Show no more of it; on return no edit of it is on its way."""
        shown = self._shown.pop(job_id, None)
        if shown is None or shown.edit is None or shown.edit.done():
            return
        try:
            await asyncio.wait({shown.edit}, timeout=PATIENCE)
        finally:  # Discord holds it back (a rate limit), or a stop cuts the wait: it must not land after the result
            shown.edit.cancel()
        await asyncio.wait({shown.edit})

    async def run(self) -> None:
        """The loop: begin every edit that is due, as far as its lane has room."""
        loop = asyncio.get_running_loop()
        while True:
            lanes = (self._sent,) if self._rush.is_on else (self._sent, self._queued)
            for lane in lanes:
                while lane.free and lane.due and lane.due[0][0] <= loop.time():
                    self._begin(lane, *heapq.heappop(lane.due))
            moments = [lane.due[0][0] for lane in lanes if lane.free and lane.due]
            if self._queued not in lanes and self._queued.due:
                moments.append(max(self._queued.due[0][0], loop.time() + RUSH))
            pause = min(moments) - loop.time() if moments else None
            await self._signal.wait(seconds=None if pause is None else max(0.01, pause))

    async def close(self) -> None:
        """End every edit that is on its way."""
        await asyncio.gather(*(self.unfollow(job_id) for job_id in list(self._shown)))

    def _appoint(self, job_id: str, shown: _Shown, at: float) -> None:
        shown.due = at
        heapq.heappush(shown.lane.due, (at, job_id))
        self._signal.wake()

    def _begin(self, lane: _Lane, at: float, job_id: str) -> None:
        shown = self._shown.get(job_id)
        if shown is None or shown.due != at or shown.lane is not lane:
            return  # an appointment that was replaced
        if shown.edit is not None and not shown.edit.done():
            self._appoint(job_id, shown, at + SHORTEST)  # what has changed meanwhile is shown after it
            return
        lane.free -= 1
        shown.edit = asyncio.create_task(self._edit(job_id, shown), name=f"progress {job_id}")
        shown.edit.add_done_callback(lambda _: self._ended(lane))

    def _ended(self, lane: _Lane) -> None:
        lane.free += 1
        self._signal.wake()

    async def _edit(self, job_id: str, shown: _Shown) -> None:
        loop, appointment = asyncio.get_running_loop(), shown.due
        try:
            progress = await self._read(job_id)
        except StoreUnavailable as error:
            _log.debug("progress could not be read", cause=str(error), job=job_id)
            self._appoint(job_id, shown, loop.time() + OVERDUE)
            return
        if self._shown.get(job_id) is not shown:
            return
        # Who asks to follow it need not know that it has ended meanwhile: nobody else would forget it then.
        is_over = progress is None or not _is_waiting(progress.job.status)
        if progress is None or is_over or not self._poster.can_edit_reply(progress.job):
            self._shown.pop(job_id, None)
            return
        job, pause, words = progress.job, next_edit(progress), Words(progress.job.order.locale)
        embed = progress_embed(progress, words)
        text = hash((embed.title, embed.description))
        if text != shown.last_text and not _is_due(progress):
            try:
                view = progress_buttons(job_id, words, can_cancel=progress.can_cancel)
                await self._poster.edit_reply(job, Content(embed=embed, view=view))
            except (WayClosed, TooLarge) as error:
                _log.info("progress is shown no more", detail=str(error), **about(job))
                self._shown.pop(job_id, None)
                return
            except DeliveryDelayed as error:
                _log.info("progress could not be shown", detail=str(error), **about(job))
                pause = max(pause, OVERDUE)
            shown.last_edit, shown.last_text = loop.time(), text
        if self._shown.get(job_id) is shown and shown.due == appointment:  # else a change waits to be shown sooner
            self._appoint(job_id, shown, loop.time() + pause)


def next_edit(progress: Progress) -> float:
    """Seconds until the next edit: a dozen of them over the typical time at most, fewer in a long queue."""
    if progress.job.status is Status.QUEUED:
        return min(LONGEST, max(5.0, progress.expected_in / 4000)) if progress.expected_in else OVERDUE
    if progress.expected_in == 0:
        return OVERDUE
    pause = max(SHORTEST, progress.typical / 8000)
    remaining = progress.expected_in / 1000
    return pause if remaining > pause + DUE else remaining + LATE


def _is_due(progress: Progress) -> bool:
    return progress.job.status is Status.RUNNING and 0 < progress.expected_in < DUE * 1000


def _is_waiting(status: Status) -> bool:
    return status not in FINISHED | {Status.DELIVERING}
