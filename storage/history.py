"""What a user has in a server, and what nobody has told them yet."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from jobs.model import Job
from jobs.records import Glimpse, Series, Whose
from storage.part import Part, write
from storage.rows import glimpse_from, job_from, job_or_none


class History(Part):
    """The store's part for `/history` and for telling how jobs ended."""

    async def results_before(self, whose: Whose, series: Series, job_id: str, *, limit: int) -> Sequence[Glimpse]:
        """The next older ones than this job in a series, newest first."""
        sql = self._sql
        queries = {
            Series.KEPT: sql.kept_before,
            Series.SHOWN: sql.shown_before,
            Series.FAVOURITES: sql.favourites_before,
        }
        async with self._engine.reading() as connection:
            rows = queries[series](connection, **asdict(whose), id=job_id, most=limit)
            return [glimpse_from(row) async for row in rows]

    async def results_after(self, whose: Whose, series: Series, job_id: str, *, limit: int) -> Sequence[Glimpse]:
        """The next newer ones than this job in a series, oldest first."""
        sql = self._sql
        queries = {
            Series.KEPT: sql.kept_after,
            Series.SHOWN: sql.shown_after,
            Series.FAVOURITES: sql.favourites_after,
        }
        async with self._engine.reading() as connection:
            rows = queries[series](connection, **asdict(whose), id=job_id, most=limit)
            return [glimpse_from(row) async for row in rows]

    async def is_favourite(self, job: Job) -> bool:
        """Whether its user marked it."""
        async with self._engine.reading() as connection:
            return await self._sql.is_favourite(connection, **_favourite(job)) is not None

    @write
    async def mark_favourite(self, connection: Any, job: Job, *, is_one: bool) -> None:
        """Its user marks it, or takes the mark back; without effect on what no history shows."""
        if is_one:
            await self._sql.add_favourite(connection, job_id=job.id, now=self._clock.now())
        else:
            await self._sql.remove_favourite(connection, **_favourite(job))

    @write
    async def hide(self, connection: Any, job_id: str) -> Job | None:
        """Let no history show it, as a favourite neither; None when it is so already, or it was never delivered."""
        job = job_or_none(await self._sql.hide(connection, id=job_id, now=self._clock.now()))
        if job is not None:
            await self._sql.remove_favourite(connection, **_favourite(job))
        return job

    async def untold(self, *, guild_id: int, user_id: int, limit: int) -> Sequence[Job]:
        """At most `limit` of the user's jobs here that ended without their learning of it, oldest first."""
        async with self._engine.reading() as connection:
            rows = self._sql.untold_of_user(connection, guild_id=guild_id, user_id=user_id, most=limit)
            return [job_from(row) async for row in rows]

    async def to_tell(self, *, since: int) -> Sequence[Job]:
        """Every job that failed or was cancelled after `since` (UTC ms) and whose user was not told, oldest first."""
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.to_tell(connection, since=since)]

    @write
    async def mark_told(self, connection: Any, job_id: str) -> None:
        """Its user knows how it ended."""
        await self._sql.mark_told(connection, id=job_id, now=self._clock.now())


def _favourite(job: Job) -> dict[str, object]:
    return {"guild_id": job.order.guild_id, "user_id": job.order.user_id, "job_id": job.id}
