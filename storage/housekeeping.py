"""What the database needs beside the jobs' own life: words removed in time, room freed, trouble looked after."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from jobs.ids import first_id
from jobs.model import Job
from jobs.ports import StoreUnavailable
from storage.health import DatabaseHealth
from storage.part import Part, write
from storage.rows import Row, job_from

PROBE_PAUSE: Final = 1.0  # seconds between two looks whether trouble is over
DOUBT_MARGIN: Final = 3600 * 1000  # ms; far more than clocks differ by
PROBE_SIZE: Final = 64 * 1024  # characters: more than one row would need, so that a full disk shows


class Housekeeping(Part):
    """The store's part that keeps house."""

    async def next_guild_with_words(self, *, after: int) -> int | None:
        """The server with the next greater id whose finished jobs' words are still kept; 0 is outside of servers."""
        async with self._engine.reading() as connection:
            found: int | None = await self._sql.next_guild_with_words(connection, after=after)
            return found

    @write
    async def remove_old(self, connection: Any, *, guild_id: int, before: int, limit: int) -> Sequence[str]:
        """Remove the words of at most `limit` finished jobs of a server made before that moment (UTC ms).

        Gone are the prompt, the LoRAs, the interaction's token, the webhook's secrets, the texts of failures, and
        what is known of the images. The row stays, with its numbers, and so do the ledger and its sums. Returns the
        jobs' ids.
        """
        rows = self._sql.old_jobs(connection, guild_id=guild_id, before=before, most=limit)
        # As everybody who locks several: otherwise two could wait for each other.
        jobs = sorted([job_from(row) async for row in rows], key=lambda job: job.id)
        return [job.id for job in jobs if await self._remove(connection, job) is not None]

    @write
    async def remove(self, connection: Any, job: Job) -> Job | None:
        """The same for one finished job; None when it is done already, or the job is not finished."""
        row = await self._remove(connection, job)
        return None if row is None else job_from(row)

    async def kept(self, *, limit: int) -> Sequence[Job]:
        """Undelivered jobs whose images are still kept, those completed first coming first."""
        async with self._engine.reading() as connection:
            return [job_from(row) async for row in self._sql.kept_jobs(connection, most=limit)]

    @write
    async def prune(self, connection: Any, *, before: int, limit: int) -> int:
        """Remove what decides nothing any more; returns how many creates were removed, at most `limit`.

        Those are creates of finished jobs that were sent before that moment (UTC ms), and an hour before the oldest
        one that is still looked for. Users' places in the queue go once the queue has passed them.
        """
        doubt = await self._sql.oldest_doubt(connection)
        before = before if doubt is None else min(before, doubt - DOUBT_MARGIN)
        old: list[Row] = []
        key_id = ""
        while (key_id := await self._sql.next_key(connection, after=key_id)) is not None:
            most = limit - len(old)
            rows = self._sql.old_attempts(connection, key_id=key_id, before=before, most=most)
            old += [row async for row in rows]
        for row in old:
            await self._sql.remove_attempt(connection, job_id=row["job_id"], number=row["number"])
        await self._sql.remove_queue_places(connection)
        return len(old)

    @write
    async def prune_ended(self, connection: Any, *, before: int, limit: int) -> int:
        """Remove bans, grants, quota resets and warnings of long ago; see `jobs.records.Retention`.

        A grant that is used up stays until it expires: what is refunded goes back to it.
        """
        sql, removed = self._sql, 0
        for prune in (sql.prune_bans, sql.prune_grants, sql.prune_resets, sql.prune_warnings):
            removed += len([row async for row in prune(connection, before=before, most=limit)])
        return removed

    @write
    async def prune_audit(self, connection: Any, *, before: int, limit: int) -> int:
        """Remove the oldest entries of the audit log; see `jobs.records.Retention`."""
        rows = self._sql.prune_audit(connection, before=first_id(before), most=limit)
        return len([row async for row in rows])

    async def compact(self) -> None:
        """Leave nothing of removed words in the files of the database; writes wait for it, a second for 200 MB."""
        await self._engine.compact()

    @write
    async def close_replies(self, connection: Any) -> None:
        """Let no unfinished job edit its response any more."""
        await self._sql.close_replies(connection)

    @property
    def health(self) -> DatabaseHealth:
        """How the database is."""
        return self._engine.health

    @property
    def trouble(self) -> str | None:
        """Why the database cannot be used now, in one sentence without secrets; None: it can."""
        return self._engine.health.trouble

    async def look_after_trouble(self) -> None:
        """The loop that finds out when trouble is over; while there is none it does nothing."""
        health = self._engine.health
        while True:
            await health.wait_for_trouble()
            await asyncio.sleep(PROBE_PAUSE)
            try:
                await self._probe()
            except StoreUnavailable:
                continue  # it has been noted where it was met
            health.recovered()

    async def _probe(self) -> None:
        """Write more than a job would, take it back, and read; nothing remains of it."""
        await self._write_probe()
        async with self._engine.reading() as connection:
            await self._sql.read_probe(connection)

    @write
    async def _write_probe(self, connection: Any) -> None:
        await self._sql.fill_probe(connection, filler="-" * PROBE_SIZE)
        await self._sql.empty_probe(connection)

    async def _remove(self, connection: Any, job: Job) -> Row | None:
        row: Row | None = await self._sql.remove_words(
            connection, id=job.id, request=job.request.without_words().to_json(), now=self._clock.now()
        )
        if row is not None:
            await self._sql.remove_posts(connection, job_id=job.id)
            await self._sql.remove_report_words(connection, job_id=job.id)
        return row
