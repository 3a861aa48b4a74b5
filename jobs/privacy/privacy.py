"""Forgets people who ask for it: what they wrote and kept goes, what was charged stays under a pseudonym."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from jobs.held import Held
from jobs.privacy.pseudonyms import Pseudonyms
from jobs.privacy.records import PrivacyRecords
from jobs.service import JobService
from jobs.signal import Signal
from jobs.status import Status

_log = structlog.get_logger(__name__)
BATCH: Final = 50  # jobs in one transaction: some hundredths of a second
ENTRIES: Final = 500  # of the audit log, the same
BREATH: Final = 0.05  # seconds between two transactions, in which other writes have their turn
AGAIN: Final = 2.0  # seconds until a person's unfinished jobs are looked at again


class Privacy:
    """A wish to be forgotten is noted first and then carried out by a loop, so that a restart goes on with it.

    Unfinished jobs are cancelled; what cannot be is waited for. Everything is deleted that the person has made until
    then, in all servers.
    """

    def __init__(
        self,
        records: PrivacyRecords,
        pseudonyms: Pseudonyms,
        service: JobService,
        held: Held,
        *,
        discard: Callable[[str], Awaitable[None]],
        removed: Callable[[], None],
    ) -> None:
        """`discard` removes a job's files; `removed` is told that the database's files hold remains of words."""
        self._records = records
        self._pseudonyms = pseudonyms
        self._service = service
        self._held = held
        self._discard = discard
        self._removed = removed
        self._asked = Signal()
        self._ends: dict[int, asyncio.Event] = {}

    async def load(self) -> None:
        """Read which pseudonyms are in use; once, before anything is answered."""
        self._pseudonyms.load(await self._records.former_members())

    async def forget(self, user_id: int) -> None:
        """Forget this person: noted when this returns, and carried out as soon as it can be.

        Raises:
            StoreUnavailable: it is not noted.
        """
        self._ends.setdefault(user_id, asyncio.Event())
        await self._records.note_deletion(user_id)
        self._asked.wake()

    async def forgotten(self, user_id: int, *, seconds: float) -> bool:
        """Whether the person is forgotten; waits that long at most."""
        end = self._ends.get(user_id)
        if end is None:
            return True
        try:
            async with asyncio.timeout(seconds):
                await end.wait()
        except TimeoutError:
            return False
        return True

    async def unfinished(self, user_id: int) -> int:
        """How many jobs of theirs go on."""
        return len(await self._records.unfinished_of(user_id))

    async def run(self) -> None:
        """Carry out what is noted, for ever."""
        while True:
            waiting = [user_id for user_id in await self._records.deletions() if not await self._carry_out(user_id)]
            await self._asked.wait(seconds=AGAIN if waiting else None)

    async def _carry_out(self, user_id: int) -> bool:
        """Forget one person; False while something of theirs goes on."""
        unfinished = await self._records.unfinished_of(user_id)
        for job in unfinished:
            if job.status is not Status.CANCELLING:
                await self._service.cancel(job)
        if unfinished:
            return False
        pseudonym = self._pseudonyms.of(user_id)
        await self._records.begin_forgetting(user_id, pseudonym, key_id=self._pseudonyms.key_id)
        self._pseudonyms.add(pseudonym)  # from here on both ids count
        held = self._held
        await held.shelf.forget(user_id, pseudonym)
        await held.libraries.rename(user_id, pseudonym)
        await held.servers.rename(user_id, pseudonym)
        jobs = await self._forget_jobs(user_id, pseudonym)
        await self._forget_audit(user_id, pseudonym)
        if not await self._records.forget_person(user_id, pseudonym):
            return False
        await held.people.load()
        self._removed()
        _log.info("a person was forgotten", jobs=jobs)
        if (end := self._ends.pop(user_id, None)) is not None:
            end.set()
        return True

    async def _forget_jobs(self, user_id: int, pseudonym: int) -> int:
        job_ids = await self._records.job_ids_of(user_id)
        for at in range(0, len(job_ids), BATCH):
            several = job_ids[at : at + BATCH]
            await self._records.forget_jobs(user_id, pseudonym, several)
            for job_id in several:
                await self._discard(job_id)
            await asyncio.sleep(BREATH)
        return len(job_ids)

    async def _forget_audit(self, user_id: int, pseudonym: int) -> None:
        after: str | None = ""
        while after is not None:
            after = await self._records.forget_audit(user_id, pseudonym, after=after, limit=ENTRIES)
            await asyncio.sleep(BREATH)
