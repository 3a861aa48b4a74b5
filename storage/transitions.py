"""From state to state: guarded updates, and the reservation ended in the transaction that ends the job."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from jobs.model import Failure, Job, Posted, StoredImage
from jobs.quota import cost_of
from storage.errors import Duplicate
from storage.part import Part, write
from storage.rows import Row, images_text, job_from
from storage.spending import respend

Update = Callable[..., Coroutine[Any, Any, Row | None]]


_log = structlog.get_logger(__name__)


class Transitions(Part):
    """The store's part that changes jobs; every method returns the changed job, or None when the race was lost."""

    async def requeue(self, job_id: str, *, not_before: int, attempts: int | None = None) -> Job | None:
        """Back to `queued`, not to be sent before `not_before` (UTC ms); certainly nothing was created.

        `attempts`: only while no further create was sent.
        """
        return await self._change(self._sql.requeue, id=job_id, not_before=not_before, unknown=0, attempts=attempts)

    async def mark_unconfirmed(self, job_id: str, *, next_poll_at: int, attempts: int | None = None) -> Job | None:
        """A create was sent and nobody knows what became of it; looked at again at `next_poll_at` (UTC ms).

        `attempts`: only while no further create was sent.
        """
        return await self._change(
            self._sql.mark_unconfirmed,
            id=job_id,
            next_poll_at=next_poll_at,
            attempts=attempts,
            now=self._clock.now(),
        )

    async def mark_running(self, job_id: str, *, prediction_id: str, next_poll_at: int) -> Job | None:
        """The API has named it; None also where another job has that name already."""
        return await self._named(
            self._sql.mark_running,
            id=job_id,
            prediction_id=prediction_id,
            next_poll_at=next_poll_at,
            now=self._clock.now(),
        )

    async def schedule_poll(self, job_id: str, *, at: int) -> Job | None:
        """When to look again (UTC ms) at a running or unconfirmed job."""
        return await self._change(self._sql.schedule_poll, id=job_id, at=at)

    async def mark_delivering(
        self, job_id: str, *, images: Sequence[StoredImage], cost: int | None, prediction_id: str | None
    ) -> Job | None:
        """The images are on our disk; a prediction's id that is known already is kept when None comes.

        None also where another job has that name already: the images are that one's. Out of the queue only where an
        earlier create of the job was given up.
        """
        return await self._named(
            self._sql.mark_delivering,
            id=job_id,
            images=images_text(images),
            cost=cost,
            prediction_id=prediction_id,
            now=self._clock.now(),
        )

    async def mark_delivered(self, job_id: str, *, posted: Posted) -> Job | None:
        """Posted; the reservation is settled with the number of images, if it was not when it became undelivered."""
        return await self._settled(
            self._sql.mark_delivered,
            id=job_id,
            channel_id=posted.channel_id,
            message_id=posted.message_id,
            now=self._clock.now(),
        )

    async def mark_undelivered(self, job_id: str, *, detail: str) -> Job | None:
        """Nowhere to post it; settled all the same. `detail` is kept in the database, for the operator."""
        return await self._settled(self._sql.mark_undelivered, id=job_id, detail=detail)

    async def mark_failed(
        self,
        job_id: str,
        failure: Failure,
        *,
        stored_too: bool = True,
        unknown: bool = False,
        attempts: int | None = None,
    ) -> Job | None:
        """Ended without images; refunded.

        `stored_too`: also when its images are on our disk. `unknown`: its last create is given up, and may have been
        paid; only while its outcome is unknown. `attempts`: only while no further create was sent.
        """
        return await self._refunded(
            self._sql.mark_failed,
            id=job_id,
            reason=failure.reason.value,
            user_message=failure.user_message.to_json(),
            detail=failure.detail,
            stored_too=int(stored_too),
            unknown=int(unknown),
            attempts=attempts,
            now=self._clock.now(),
        )

    async def mark_cancelling(self, job_id: str, *, sent_too: bool) -> Job | None:
        """Its user wants it no more. `sent_too`: also while its create is on its way or unanswered."""
        query = self._sql.mark_cancelling if sent_too else self._sql.mark_cancelling_unsent
        return await self._change(query, id=job_id)

    async def name_cancelling(self, job_id: str, *, prediction_id: str) -> Job | None:
        """The API has named what is to be cancelled; None also where the job, or another one, has a name already."""
        return await self._named(self._sql.name_cancelling, id=job_id, prediction_id=prediction_id)

    async def mark_cancelled(self, job_id: str, *, unknown: bool = False) -> Job | None:
        """Stopped; refunded. `unknown`: its last create is given up, and may have been paid."""
        return await self._refunded(self._sql.mark_cancelled, id=job_id, unknown=int(unknown), now=self._clock.now())

    async def _named(self, update: Update, **values: Any) -> Job | None:
        try:
            return await self._change(update, **values)
        except Duplicate:
            _log.warning("another job has this prediction", job=values["id"], prediction_id=values["prediction_id"])
            return None

    @write
    async def _change(self, connection: Any, update: Update, /, **values: Any) -> Job | None:
        row = await update(connection, **values)
        return None if row is None else job_from(row)

    @write
    async def _settled(self, connection: Any, update: Update, /, **values: Any) -> Job | None:
        row = await update(connection, **values)
        if row is None:
            return None
        job = job_from(row)
        delivered, cost = len(job.images), cost_of(job)
        now = self._clock.now()
        ended = await self._sql.settle(connection, job_id=job.id, delivered=delivered, cost=cost, now=now)
        await self._give_back(connection, ended)
        return job

    @write
    async def _refunded(self, connection: Any, update: Update, /, **values: Any) -> Job | None:
        row = await update(connection, **values)
        if row is None:
            return None
        job = job_from(row)
        ended = await self._sql.refund(connection, job_id=job.id, cost=cost_of(job), now=self._clock.now())
        await self._give_back(connection, ended)
        return job

    async def _give_back(self, connection: Any, ended: Row | None) -> None:
        """What the order was taken to cost, or used of a grant, beyond what it did."""
        if ended is None:
            return
        guild_id, charged_at = ended["guild_id"], ended["charged_at"]
        if ended["granted"]:
            await self._sql.use_grant(
                connection,
                guild_id=guild_id,
                user_id=ended["user_id"],
                granted_at=ended["granted_at"],
                images=ended["granted"],
            )
        # Last, as in an admission: otherwise the two could wait for each other.
        await respend(self._sql, connection, guild_id=guild_id, at=charged_at, amount=ended["cost"])
