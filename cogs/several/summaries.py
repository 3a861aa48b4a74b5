"""One message for several jobs of one order: edited in place as they end, and after a restart too."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from cogs.delivery.marks import READY
from cogs.delivery.once import Once
from cogs.delivery.posting import Content, Poster
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.delivery.ways import nonce
from cogs.several.embeds import has_ended, summary_embed
from jobs.breaker import Circuit
from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Job
from jobs.ports import DeliveryDelayed
from jobs.queue import Batch, QueueRecords
from jobs.sentence import say
from jobs.signal import Signal
from jobs.status import FINISHED, Status
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
SOON: Final = 0.5  # seconds: changes that come together are shown together
SHORTEST: Final = 3.0  # seconds between two edits of one message
LATER: Final = 15.0  # seconds, after Discord had trouble
LONG: Final = 60_000  # ms: whoever waited longer is notified, since an edit notifies nobody


@dataclass(kw_only=True)
class _Shown:
    due: float  # the loop's time; infinite: when something changes
    last_edit: float = float("-inf")
    last_text: str = ""


class Summaries:
    """Every batch that is not over; one loop serves them all. As an observer it hears what becomes of the jobs."""

    def __init__(self, records: QueueRecords, poster: Poster, once: Once) -> None:
        self._records = records
        self._poster = poster
        self._once = once
        self._open: dict[int, _Shown] = {}
        self._signal = Signal()

    async def run(self) -> None:
        """The loop. It begins with what an earlier process has left."""
        loop = asyncio.get_running_loop()
        for interaction_id in await self._records.open_batches():
            self._appoint(interaction_id)
        while True:
            now = loop.time()
            for interaction_id in [each for each, shown in self._open.items() if shown.due <= now]:
                await self._show(interaction_id)
            due = min((shown.due for shown in self._open.values()), default=float("inf"))
            await self._signal.wait(seconds=max(0.01, due - loop.time()) if due < float("inf") else None)

    def admitted(self, job: Job) -> None:
        """See `jobs.observer.Observer`."""
        if job.order.batch > 1:
            self._appoint(job.order.interaction_id)

    def changed(self, job: Job, previous: Status) -> None:  # noqa: ARG002 - an observer's shape
        """See `jobs.observer.Observer`."""
        if job.order.batch > 1 and job.order.interaction_id in self._open:
            self._appoint(job.order.interaction_id)

    def provider_error(self, provider: Provider, reason: Reason) -> None:
        """See `jobs.observer.Observer`."""

    def create_given_up(self, job: Job) -> None:
        """See `jobs.observer.Observer`."""

    def circuit_changed(self, circuit: Circuit) -> None:
        """See `jobs.observer.Observer`."""

    def _appoint(self, interaction_id: int) -> None:
        now = asyncio.get_running_loop().time()
        shown = self._open.setdefault(interaction_id, _Shown(due=now))
        shown.due = max(now + SOON, shown.last_edit + SHORTEST)
        self._signal.wake()

    async def _show(self, interaction_id: int) -> None:
        loop, shown = asyncio.get_running_loop(), self._open[interaction_id]
        shown.due = float("inf")
        batch = await self._records.batch(interaction_id)
        if batch is None or not batch.jobs:
            del self._open[interaction_id]
            return
        is_over = has_ended(batch)
        try:
            await self._edit(batch, shown)
            if is_over:
                await self._notify(batch)
        except (WayClosed, TooLarge) as error:
            _log.info("a summary is shown no more", detail=str(error), **about(batch.jobs[0]))
            is_over = True
        except DeliveryDelayed as error:
            _log.info("a summary could not be shown yet", detail=str(error), **about(batch.jobs[0]))
            shown.due = loop.time() + LATER
            return
        if is_over:
            await self._records.close_batch(interaction_id)
            self._open.pop(interaction_id, None)

    async def _edit(self, batch: Batch, shown: _Shown) -> None:
        first = batch.jobs[0]
        embed = summary_embed(batch, Words(first.order.locale))
        text = f"{embed.title}\n{embed.description}"
        if text == shown.last_text:
            return
        reply = replace(first.order.reply, message_id=batch.message_id)
        job = replace(first, order=replace(first.order, reply=reply))
        await self._poster.edit_response(job, Content(embed=embed))
        shown.last_edit, shown.last_text = asyncio.get_running_loop().time(), text

    async def _notify(self, batch: Batch) -> None:
        """Tell who waited long, once; after a doubt it is not said again."""
        first, here = batch.jobs[0], batch.jobs[0].order.channel_id
        if first.order.private or first.order.is_direct or _lasted(batch.jobs) < LONG:
            return
        if READY in await self._once.known(first):
            return
        ready = sum(job.status in {Status.DELIVERED, Status.UNDELIVERED} for job in batch.jobs)
        words = Words(first.order.locale)
        told = words(say("{ready} of {total} ready.", ready=ready, total=len(batch.jobs)))
        text = f"<@{first.order.user_id}> {told}"
        mark, answered = nonce(first, READY), batch.message_id
        try:
            await self._once.send(
                first,
                READY,
                here,
                lambda: self._poster.send(first, here, None, text=text, nonce=mark, reply_to=answered),
            )
        except (WayClosed, TooLarge) as error:
            _log.info("the user could not be notified; the results are posted", detail=str(error), **about(first))


def _lasted(jobs: Sequence[Job]) -> int:
    """Milliseconds until the last of them was over."""
    ends = [job.completed_at or job.finished_at or 0 for job in jobs if job.status in FINISHED]
    return max(ends, default=0) - jobs[0].created_at
