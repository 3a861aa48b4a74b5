"""What the operator's console needs of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from jobs.model import Job
from jobs.status import Status

LOOKED_THROUGH: Final = 10_000  # jobs, for a list of some of them


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which jobs are to be listed; None: any."""

    status: Status | None = None
    guild_id: int | None = None
    user_id: int | None = None
    most: int = 20  # 1 to 1,000; the newest

    def fits(self, job: Job) -> bool:
        """Whether a job is one of them."""
        return (
            (self.status is None or self.status is job.status)
            and (self.guild_id is None or self.guild_id == job.order.guild_id)
            and (self.user_id is None or self.user_id == job.order.user_id)
        )


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """What is going on with an API key."""

    in_flight: int  # jobs at the API
    last_minute: int  # creates sent


class OperatorRecords(Protocol):
    """Raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def get(self, job_id: str) -> Job | None:
        """One job."""
        ...

    async def listed_jobs(self, wanted: Wanted) -> Sequence[Job]:
        """Jobs, the newest first, of the newest 10,000 that an index leads to."""
        ...

    async def key_use(self, *, provider: str, key_id: str, since: int) -> KeyUse:
        """What is going on with a key; `since` (UTC ms) begins the minute."""
        ...

    async def count_by_status(self) -> dict[Status, int]:
        """How many jobs are in each unfinished state."""
        ...

    async def mark_cancelling(self, job_id: str, *, sent_too: bool) -> Job | None:
        """Its user wants it no more. `sent_too`: also while its create is on its way or unanswered."""
        ...
