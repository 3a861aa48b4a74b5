"""What the operator looks up on the command line."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

from jobs.model import Job
from jobs.operator.records import LOOKED_THROUGH, KeyUse, Wanted
from jobs.status import FINISHED
from storage.part import Part
from storage.rows import job_from

_LAST: Final = "~"  # after every id


class Operator(Part):
    """The store's part that implements `jobs.operator.records.OperatorRecords`."""

    async def listed_jobs(self, wanted: Wanted) -> Sequence[Job]:
        """Jobs, the newest first; see `jobs.operator.records`."""
        found: list[Job] = []
        async with self._engine.reading() as connection:
            async for job in self._candidates(connection, wanted):
                if wanted.fits(job):
                    found.append(job)
                if len(found) == wanted.most:
                    break
        return found

    async def key_use(self, *, provider: str, key_id: str, since: int) -> KeyUse:
        """What is going on with a key; `since` (UTC ms) begins the minute."""
        async with self._engine.reading() as connection:
            return KeyUse(
                in_flight=await self._sql.count_in_flight(connection, provider=provider, key_id=key_id),
                last_minute=await self._sql.count_creates(connection, key_id=key_id, since=since),
            )

    async def _candidates(self, connection: Any, wanted: Wanted) -> AsyncIterator[Job]:
        """Those that an index leads to, the newest first."""
        sql, most = self._sql, LOOKED_THROUGH
        if wanted.status is not None and wanted.status not in FINISHED:
            async for row in sql.unfinished_in(connection, status=wanted.status.value, most=most):
                yield job_from(row)
            return
        if wanted.user_id is None and wanted.guild_id is None:
            most = wanted.most if wanted.status is None else most
            async for row in sql.newest_jobs(connection, before=_LAST, most=most):
                yield job_from(row)
            return
        if wanted.user_id is not None:
            ids = [row["job_id"] async for row in sql.charged_jobs_of(connection, user_id=wanted.user_id)]
        else:
            rows = sql.newest_jobs_of_guild(connection, guild_id=wanted.guild_id, most=most)
            ids = [row["job_id"] async for row in rows]
        for job_id in sorted(ids, reverse=True)[:most]:
            yield job_from(await sql.job(connection, id=job_id))
