"""What the store knows of a user's queue, of several jobs of one interaction, and of how long jobs took."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from jobs.model import Job
from jobs.request import ImageRequest

MOST_OPEN: Final = 1_000  # of a user's unfinished jobs in a server that are looked at


@dataclass(frozen=True, kw_only=True)
class NextClaim:
    """What becomes of the next claim at a key."""

    is_wanted: bool  # a job waits for it; False: nothing is queued but what is held
    at: int | None = None  # UTC ms at which it may succeed although nothing changes; None: something has to


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The jobs of one interaction, in the order that was asked for, and the message that sums them up."""

    interaction_id: int
    message_id: int
    jobs: tuple[Job, ...]


class QueueRecords(Protocol):
    """What the store knows of it; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def open_jobs(self, *, guild_id: int, user_id: int, limit: int = MOST_OPEN) -> Sequence[Job]:
        """At most `limit` of the user's unfinished jobs in this server, oldest first."""
        ...

    async def batch(self, interaction_id: int) -> Batch | None:
        """The jobs of an interaction that made several; None for any other."""
        ...

    async def open_batches(self) -> Sequence[int]:
        """The interactions whose message does not say yet how all their jobs ended, oldest first."""
        ...

    async def close_batch(self, interaction_id: int) -> None:
        """Its message needs no edit any more; harmless when that is known already."""
        ...


@dataclass(frozen=True, kw_only=True)
class Took:
    """What was made, and how long that took."""

    request: ImageRequest
    duration: int  # ms from create to completion


class TookRecords(Protocol):
    """What the database remembers of it."""

    async def recently_made(self, model: str, *, limit: int) -> Sequence[Took]:
        """The model's last delivered jobs, newest first."""
        ...
