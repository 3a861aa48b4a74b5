"""What a user has in a server, and what nobody has told them yet."""

from collections.abc import Sequence

from jobs.model import Job
from storage.part import Part, uninterrupted
from storage.rows import job_from


class History(Part):
    """The store's part for `/history` and for telling how jobs ended."""

    async def history(self, *, guild_id: int, user_id: int, limit: int) -> Sequence[Job]:
        """At most `limit` of the user's jobs in this server: those whose result is kept first, then newest first."""
        values = {"guild_id": guild_id, "user_id": user_id, "most": limit}
        async with self._engine.reading() as connection:
            kept = [job_from(row) async for row in self._sql.kept_of_user(connection, **values)]
            recent = [job_from(row) async for row in self._sql.recent_of_user(connection, **values)]
        seen = {job.id for job in kept}
        return [*kept, *(job for job in recent if job.id not in seen)][:limit]

    async def untold(self, *, guild_id: int, user_id: int, limit: int) -> Sequence[Job]:
        """At most `limit` of the user's jobs here that ended without their learning of it, oldest first."""
        async with self._engine.reading() as connection:
            rows = self._sql.untold_of_user(connection, guild_id=guild_id, user_id=user_id, most=limit)
            return [job_from(row) async for row in rows]

    async def to_tell(self, *, since: int) -> Sequence[Job]:
        """Every job that failed or was cancelled after `since` (UTC ms) and whose user was not told, oldest first."""
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.to_tell(connection, since=since)]

    @uninterrupted
    async def mark_told(self, job_id: str) -> None:
        """Its user knows how it ended."""
        async with self._engine.transaction() as connection:
            await self._sql.mark_told(connection, id=job_id, now=self._clock.now())
