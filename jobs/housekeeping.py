"""What is kept of finished jobs: words for some days, results that no message shows for good within a cap."""

import asyncio
from dataclasses import dataclass
from typing import Final

import structlog

from jobs.ports import Clock, ImageFiles, StoreUnavailable
from jobs.servers.servers import Servers
from jobs.status import Status
from jobs.store import Store

_log = structlog.get_logger(__name__)
PAUSE: Final = 15 * 60.0  # seconds between two rounds
BREATH: Final = 0.05  # seconds between two batches, in which other writes have their turn
BATCH: Final = 50  # jobs in one transaction: some hundredths of a second
COMPACT_EVERY: Final = 24 * 3600 * 1000  # ms; the files are rewritten for it
_DAY: Final = 24 * 3600 * 1000
ENDED_KEPT: Final = 90 * _DAY  # of bans and others after their end; more than a month, which is how long resets count
AUDIT_KEPT: Final = 400 * _DAY  # a year and a month: whoever asks about the same month of last year still finds it
_BEFORE_ALL: Final = -1  # less than any server's id, and than that of what is outside of servers


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """How much is kept."""

    days: int  # of a job's words and results; 0: for ever
    results: int  # bytes of results that wait on the disk


class Housekeeper:
    """The loop that removes what is not to be kept any longer."""

    def __init__(self, store: Store, files: ImageFiles, clock: Clock, keeping: Keeping, servers: Servers) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._keeping = keeping
        self._servers = servers
        self._compacted_at = 0  # UTC ms
        self._pruned_at = 0  # UTC ms
        self._remains = False  # of removed words in the database's files

    async def run(self) -> None:
        """A round at once, and then every quarter of an hour."""
        while True:
            await self.tidy()
            await asyncio.sleep(PAUSE)

    async def tidy(self) -> None:
        """One round; raises `StoreUnavailable`, and what is left then is for the next one."""
        await self._remove_old()
        await self._hold_the_cap()
        await self._prune()
        if self._clock.now() - self._pruned_at >= _DAY:
            await self._prune_decisions()
        if self._remains and self._clock.now() - self._compacted_at >= COMPACT_EVERY:
            await self._compact()

    def note_remains(self) -> None:
        """Others have removed words, too: they are in the database's files until these are rewritten, within a day."""
        self._remains = True

    async def remove_words(self, guild_id: int, *, before: int) -> int:
        """Remove the words of a server's finished jobs made before that moment (UTC ms); returns how many jobs."""
        removed = 0
        while ids := await self._store.remove_old(guild_id=guild_id, before=before, limit=BATCH):
            self._remains = True
            removed += len(ids)
            for job_id in ids:
                await self._discard(job_id)
            await asyncio.sleep(BREATH)
        return removed

    def days_kept(self, guild_id: int) -> int:
        """For how many days a server's words are kept: of what it and the operator say the shorter; 0: for ever."""
        said = (self._servers.of(guild_id).retention_days, self._keeping.days)
        return min((days for days in said if days), default=0)

    async def _remove_old(self) -> None:
        guild_id = _BEFORE_ALL
        while (found := await self._store.next_guild_with_words(after=guild_id)) is not None:
            guild_id = found
            if days := self.days_kept(guild_id):
                removed = await self.remove_words(guild_id, before=self._clock.now() - days * _DAY)
                if removed:
                    _log.info("the words of old jobs are removed", jobs=removed, guild=guild_id, older_than_days=days)

    async def _prune(self) -> None:
        """A create counts within its minute; the day is for whoever looks into the database."""
        removed = BATCH
        while removed == BATCH:
            removed = await self._store.prune(before=self._clock.now() - _DAY, limit=BATCH)
            await asyncio.sleep(BREATH)

    async def _prune_decisions(self) -> None:
        """Once a day: what admins decided and is over, and the audit log's oldest entries."""
        store, now = self._store, self._clock.now()
        for what, prune, before in (
            ("ended", store.prune_ended, now - ENDED_KEPT),
            ("audit", store.prune_audit, now - AUDIT_KEPT),
        ):
            total = removed = await prune(before=before, limit=BATCH)
            while removed >= BATCH:
                await asyncio.sleep(BREATH)
                removed = await prune(before=before, limit=BATCH)
                total += removed
            if total:
                _log.info("what decides nothing any more is removed", what=what, rows=total)
        self._pruned_at = now

    async def _hold_the_cap(self) -> None:
        """Drop the oldest results: first those that their users have seen, then those that found no way to them.

        What is still to be delivered is never touched.
        """
        try:
            sizes = await self._files.sizes()
        except OSError as error:
            _log.warning("the kept results could not be measured", cause=str(error))
            return
        total, dropped = sum(sizes.values()), 0
        for job_id in sorted(sizes):  # as they were made
            if total <= self._keeping.results:
                break
            seen = await self._store.get(job_id)
            if seen is not None and seen.status is Status.DELIVERED:
                await self._discard(job_id)
                total -= sizes[job_id]
                dropped += 1
        while total > self._keeping.results and (kept := await self._store.kept(limit=BATCH)):
            for job in kept:
                if total <= self._keeping.results:
                    break
                await self._store.remove(job)
                self._remains = True
                await self._discard(job.id)
                total -= sizes.get(job.id, 0)
                dropped += 1
        if dropped:
            _log.warning("kept results were dropped to hold RESULTS_MAX_MB", jobs=dropped, bytes_left=total)

    async def _discard(self, job_id: str) -> None:
        """Remove the job's files; what cannot be removed now is swept by the next start."""
        try:
            await self._files.discard(job_id)
        except OSError as error:
            _log.warning("files could not be removed", job=job_id, cause=str(error))

    async def _compact(self) -> None:
        self._compacted_at = self._clock.now()
        try:
            await self._store.compact()
        except StoreUnavailable as error:  # the database works, it only lacks the room or the moment for this
            _log.warning("removed words are not yet gone from the database's files", cause=str(error))
        else:
            self._remains = False
