"""What people's rights need of the database."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from jobs.model import Job

Row = Mapping[str, Any]
"""Columns by name."""


class Adoption(Protocol):
    """For those who come back."""

    async def adopt(self, user_id: int, pseudonym: int) -> None:
        """What was granted to them before their data were deleted is theirs again."""
        ...


class PrivacyRecords(Protocol):
    """Where people's data are; raises `jobs.ports.StoreUnavailable` as the whole store does.

    Every write is a transaction of some hundredths of a second.
    """

    async def former_members(self) -> Sequence[tuple[int, str]]:
        """Every pseudonym in use, and the id of the key that it was made with."""
        ...

    async def note_deletion(self, user_id: int) -> None:
        """A person wants to be forgotten; harmless when that is noted already."""
        ...

    async def deletions(self) -> Sequence[int]:
        """Whoever waits for it, in the order in which they asked."""
        ...

    async def unfinished_of(self, user_id: int) -> Sequence[Job]:
        """The person's unfinished jobs in all servers, oldest first."""
        ...

    async def begin_forgetting(self, user_id: int, pseudonym: int, *, key_id: str) -> None:
        """The pseudonym is in use from now on."""
        ...

    async def forget_jobs(self, user_id: int, pseudonym: int, job_ids: Sequence[str]) -> None:
        """Take the words of these jobs away, and the person's name from them; of an unfinished one nothing.

        The jobs' numbers and their ledger stay, under the pseudonym.
        """
        ...

    async def forget_audit(self, user_id: int, pseudonym: int, *, after: str, limit: int) -> str | None:
        """Replace the person in at most `limit` entries of the audit log after this id; returns the last one's id.

        None: these were all.
        """
        ...

    async def forget_person(self, user_id: int, pseudonym: int) -> bool:
        """The rest: what they kept goes, what concerns them stays under the pseudonym, and their request is done.

        False where a job of theirs is left, which came meanwhile: then nothing has changed.
        """
        ...

    async def job_ids_of(self, user_id: int) -> Sequence[str]:
        """Ids of the person's jobs in all servers, newest first."""
        ...

    async def charges_of(self, job_id: str) -> Sequence[Row]:
        """A job's rows in the ledger, as they were written."""
        ...

    async def kept_of(self, user_id: int) -> Mapping[str, Sequence[Row]]:
        """Everything that is kept of a person beside their jobs, as rows by the name of what they are."""
        ...
