"""What the store remembers beside the states of jobs, as protocols: what was posted, who was told, what is kept."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.model import Job, Post, Posted


class PostRecords(Protocol):
    """Messages that must not be sent twice; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def posts(self, job_id: str) -> Sequence[Post]:
        """Everything that was begun for a job, the oldest first."""
        ...

    async def begin_post(self, job_id: str, part: str, *, channel_id: int) -> None:
        """This message is about to be sent; a repetition in the same channel keeps the first moment."""
        ...

    async def name_post(self, job_id: str, part: str, *, posted: Posted) -> None:
        """This message is there."""
        ...

    async def forget_post(self, job_id: str, part: str) -> None:
        """Discord refused this message, so it is certainly not there; one that has a name stays."""
        ...

    async def job_of_message(self, message_id: int) -> Job | None:
        """The job that a message was sent for, or whose result was edited into it."""
        ...


class Series(enum.Enum):
    """What a history goes along, each newest first."""

    KEPT = "kept"  # results that could be posted nowhere and wait for their user
    SHOWN = "shown"  # results that their user has, without those that they deleted
    FAVOURITES = "favourites"  # of these, the ones that their user marked


@dataclass(frozen=True, kw_only=True)
class Glimpse:
    """As much of a result as a search looks at."""

    job_id: str
    model: str
    prompt: str  # empty where the retention has removed it


@dataclass(frozen=True, kw_only=True)
class Whose:
    """A user in a server: each has a history of its own."""

    guild_id: int
    user_id: int


class History(Protocol):
    """What a user has in a server, and what nobody has told them yet."""

    async def results_before(self, whose: Whose, series: Series, job_id: str, *, limit: int) -> Sequence[Glimpse]:
        """The next older ones than this job in a series, newest first."""
        ...

    async def results_after(self, whose: Whose, series: Series, job_id: str, *, limit: int) -> Sequence[Glimpse]:
        """The next newer ones than this job in a series, oldest first."""
        ...

    async def is_favourite(self, job: Job) -> bool:
        """Whether its user marked it."""
        ...

    async def mark_favourite(self, job: Job, *, is_one: bool) -> None:
        """Its user marks it, or takes the mark back; without effect on what no history shows."""
        ...

    async def hide(self, job_id: str) -> Job | None:
        """Let no history show it, as a favourite neither; None when it is so already, or it was never delivered."""
        ...

    async def untold(self, *, guild_id: int, user_id: int, limit: int) -> Sequence[Job]:
        """At most `limit` of the user's jobs here that ended without their learning of it, oldest first."""
        ...

    async def to_tell(self, *, since: int) -> Sequence[Job]:
        """Every job that failed or was cancelled after `since` (UTC ms) and whose user was not told, oldest first."""
        ...

    async def mark_told(self, job_id: str) -> None:
        """Its user knows how it ended; harmless when that is known already."""
        ...


class Retention(Protocol):
    """What is kept of finished jobs, and for how long."""

    async def next_guild_with_words(self, *, after: int) -> int | None:
        """The server with the next greater id whose finished jobs' words are still kept; 0 is outside of servers."""
        ...

    async def remove_old(self, *, guild_id: int, before: int, limit: int) -> Sequence[str]:
        """Remove the words of at most `limit` finished jobs of a server made before that moment (UTC ms).

        Returns their ids.
        """
        ...

    async def remove(self, job: Job) -> Job | None:
        """The same for one finished job; None when it is done already."""
        ...

    async def kept(self, *, limit: int) -> Sequence[Job]:
        """At most `limit` undelivered jobs whose images are still kept, those completed first coming first."""
        ...

    async def prune(self, *, before: int, limit: int) -> int:
        """Remove at most `limit` creates of finished jobs sent before that moment (UTC ms); returns how many it were.

        Users' places in the queue go, too, once they decide nothing. What no limit counts any more.
        """
        ...

    async def prune_ended(self, *, before: int, limit: int) -> int:
        """Remove what has decided nothing since that moment (UTC ms); returns how many rows it were.

        Of each kind at most `limit`: bans and grants that expired before it, quota resets and warnings of caps made
        before it. It has to be longer ago than a month, as long as resets and warnings count.
        """
        ...

    async def prune_audit(self, *, before: int, limit: int) -> int:
        """Remove at most `limit` entries of the audit log made before that moment (UTC ms), the oldest first."""
        ...

    async def compact(self) -> None:
        """Leave nothing of removed words in the database's files."""
        ...

    async def close_replies(self) -> None:
        """Let no unfinished job edit its response any more: nobody knows what stands there."""
        ...
