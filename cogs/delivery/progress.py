"""Shows how jobs are doing by editing their responses: sparingly, and never so that a result has to wait."""

import asyncio
import contextlib
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from cogs.delivery.posting import Content, Poster
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.embeds import progress_embed
from cogs.results.buttons import progress_buttons
from jobs.model import Job
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.progress import Progress
from jobs.signal import Signal
from jobs.status import FINISHED, Status
from jobs.world import about

_log = structlog.get_logger(__name__)
Read = Callable[[str], Awaitable[Progress | None]]

FIRST: Final = 0.4  # seconds; a job that is sent at once is not shown as queued first
SHORTEST: Final = 2.0  # seconds between two edits of one message
LONGEST: Final = 60.0
DUE: Final = 1.5  # seconds before the expected result: from here on no edit is begun
LATE: Final = 3.0  # seconds after the expected time when it is told to be late
OVERDUE: Final = 15.0  # seconds between edits once the expected time is over
PATIENCE: Final = 3.0  # seconds that a result waits for an edit already on its way


@dataclass(kw_only=True)
class _Shown:
    job: Job
    due: float  # the loop's time
    last_edit: float = 0.0
    last_text: str = ""
    edit: asyncio.Task[None] | None = field(default=None)


class ProgressBoard:
    """Every job whose progress is shown; one loop serves them all."""

    def __init__(self, poster: Poster, read: Read) -> None:
        self._poster = poster
        self._read = read
        self._shown: dict[str, _Shown] = {}
        self._due: list[tuple[float, str]] = []
        self._signal = Signal()

    def follow(self, job: Job) -> None:
        """Show this job's progress from now on; its change shows soon, at the earliest 2 s after the last edit."""
        now = asyncio.get_running_loop().time()
        shown = self._shown.get(job.id)
        if shown is None:
            shown = self._shown[job.id] = _Shown(job=job, due=now)
        shown.job = job
        self._appoint(shown, max(now + FIRST, shown.last_edit + SHORTEST))

    async def unfollow(self, job_id: str) -> None:
        """Show no more of it; on return no edit of it is on its way."""
        shown = self._shown.pop(job_id, None)
        if shown is None or shown.edit is None or shown.edit.done():
            return
        _, pending = await asyncio.wait({shown.edit}, timeout=PATIENCE)
        if pending:  # Discord holds it back (a rate limit): it must not land after the result
            shown.edit.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await shown.edit

    async def run(self) -> None:
        """The loop: begin every edit that is due."""
        loop = asyncio.get_running_loop()
        while True:
            while self._due and self._due[0][0] <= loop.time():
                at, job_id = heapq.heappop(self._due)
                shown = self._shown.get(job_id)
                if shown is not None and shown.due == at and (shown.edit is None or shown.edit.done()):
                    shown.edit = asyncio.create_task(self._edit(shown), name=f"progress {job_id}")
            pause = self._due[0][0] - loop.time() if self._due else None
            await self._signal.wait(seconds=None if pause is None else max(0.01, pause))

    async def close(self) -> None:
        """End every edit that is on its way."""
        await asyncio.gather(*(self.unfollow(job_id) for job_id in list(self._shown)))

    def _appoint(self, shown: _Shown, at: float) -> None:
        shown.due = at
        heapq.heappush(self._due, (at, shown.job.id))
        self._signal.wake()

    async def _edit(self, shown: _Shown) -> None:
        loop = asyncio.get_running_loop()
        job_id = shown.job.id
        try:
            progress = await self._read(job_id)
        except StoreUnavailable as error:
            _log.debug("progress could not be read", cause=str(error), **about(shown.job))
            self._appoint(shown, loop.time() + OVERDUE)
            return
        if self._shown.get(job_id) is not shown:
            return
        # Who asks to follow it need not know that it has ended meanwhile: nobody else would forget it then.
        is_over = progress is None or not _is_waiting(progress.job.status)
        if progress is None or is_over or not self._poster.can_edit_reply(shown.job):
            self._shown.pop(job_id, None)
            return
        pause = next_edit(progress)
        embed = progress_embed(progress)
        text = f"{embed.title}\n{embed.description}"
        if text != shown.last_text and not _is_due(progress):
            try:
                await self._poster.edit_reply(
                    shown.job, Content(embed=embed, view=progress_buttons(job_id, can_cancel=progress.can_cancel))
                )
            except (WayClosed, TooLarge) as error:
                _log.info("progress is shown no more", detail=str(error), **about(shown.job))
                self._shown.pop(job_id, None)
                return
            except DeliveryDelayed as error:
                _log.info("progress could not be shown", detail=str(error), **about(shown.job))
                pause = max(pause, OVERDUE)
            shown.last_edit, shown.last_text = loop.time(), text
        if self._shown.get(job_id) is shown:
            self._appoint(shown, loop.time() + pause)


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
