"""Whose an execution is that the API lists, when the answer to a create was lost: pure, and certain or silent.

A job in doubt owns an execution when it is the only one that can be this job's, and this job is the only one whose it
can be. An API that tells what an execution was made of decides most cases: a prompt with its seed belongs to one job.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from jobs.catalog import Provider
from jobs.model import Job
from jobs.outcomes import Execution, OverCap
from jobs.quota import Bounds

CREATE_LONGEST: Final = 75_000  # ms; by then our side of a create's connection is closed, whatever happened
BEFORE: Final = 10_000  # ms; what is left of two clocks that differ, once their difference is taken off
AFTER: Final = 30_000  # ms; the same, and what a gateway may hold back before it creates
FIRST_LOOK: Final = 3_000  # ms after the answer was lost; each further look doubles that
BLIND: Final = 5  # grace times: a list that cannot be read is waited for so long before a create is given up unseen


@dataclass(frozen=True, kw_only=True)
class LostCreates:
    """What is done about creates of unknown outcome."""

    grace: int  # ms that an asynchronous API's create is looked for before it is given up
    retries: int  # how often a job whose create was given up is sent once more; each may pay for an image twice


class Kinship(enum.Enum):
    """What an API tells about whom an execution belongs to."""

    OURS = enum.auto()  # made of this job's prompt and seed
    FOREIGN = enum.auto()  # made of something else
    UNTOLD = enum.auto()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An execution that no job of ours is known to own."""

    execution: Execution
    kinship: Kinship


@dataclass(frozen=True, kw_only=True)
class OpenCreate:
    """A create that was sent and whose prediction nobody has named: of a job in doubt, or given up, or on its way."""

    job: Job
    sent_at: int  # UTC ms


@dataclass(frozen=True, kw_only=True)
class Window:
    """When the execution of a create must have been made; UTC ms, both ends included."""

    since: int
    until: int

    def __contains__(self, moment: int) -> bool:
        return self.since <= moment <= self.until


class DoubtRecords(Protocol):
    """What the store knows of creates in doubt, and of jobs that wait for an API in trouble."""

    async def open_creates(self, *, key_ids: Iterable[str], model: str, window: Window) -> Sequence[OpenCreate]:
        """Every create of a model, sent with one of these keys within the window, that may own an unknown execution."""
        ...

    async def give_up(
        self, job_id: str, *, not_before: int, bounds: Bounds, attempts: int | None = None
    ) -> Job | OverCap | None:
        """Give up a create in doubt, and queue its job again, not to be sent before `not_before` (UTC ms).

        In the same transaction it counts as one that may have been paid, towards the caps, too. Where the job, with one
        more create, does not keep within these, nothing has changed. `attempts`: only while no further create was sent.
        None: the race was lost.
        """
        ...

    async def queued(self, *, provider: Provider, created_before: int, limit: int) -> Sequence[Job]:
        """At most `limit` jobs that wait to be sent to an API and were ordered by then (UTC ms)."""
        ...

    async def count_unknown_creates(self) -> int:
        """Creates that may have been paid although nothing came of them, since the database was made."""
        ...

    async def untold_losses(self, *, since: int) -> Sequence[Job]:
        """Jobs ordered after `since` (UTC ms) with such creates of which the operator was not told, oldest first."""
        ...

    async def mark_losses_told(self, told: Mapping[str, int]) -> None:
        """By job: of how many of its unknown creates the operator has been told."""
        ...

    async def unknown_executions(self, executions: Sequence[Execution], *, provider: Provider) -> Sequence[Execution]:
        """Those of these executions that belong to no job of ours."""
        ...


def window_of(sent_at: int, *, lost_at: int | None = None) -> Window:
    """For a create sent at that moment and given up at `lost_at`, where that is known."""
    end = sent_at + CREATE_LONGEST
    return Window(since=sent_at - BEFORE, until=(end if lost_at is None else min(lost_at, end)) + AFTER)


def search_window(job: Job) -> Window:
    """Where the execution of a job in doubt is looked for."""
    return window_of(job.submitted_at or job.created_at, lost_at=job.doubted_at)


def rival_window(window: Window) -> Window:
    """When other creates must have been sent to compete for an execution within the window."""
    return Window(since=window.since - CREATE_LONGEST - AFTER, until=window.until + BEFORE)


def owned(job: Job, candidates: Sequence[Candidate], creates: Sequence[OpenCreate]) -> Execution | None:
    """The execution that is this job's for certain; None while two could match, or none does."""
    window = search_window(job)
    fitting = [candidate for candidate in candidates if candidate.execution.created_at in window]
    certain = [candidate for candidate in fitting if candidate.kinship is Kinship.OURS]
    possible = certain or [candidate for candidate in fitting if candidate.kinship is Kinship.UNTOLD]
    if len(possible) != 1:
        return None
    [candidate] = possible
    rivals = [
        create
        for create in creates
        if create.job.id != job.id
        and candidate.execution.created_at in window_of(create.sent_at)
        and (candidate.kinship is Kinship.UNTOLD or _alike(create.job, job))
    ]
    return None if rivals else candidate.execution


def next_look(elapsed: int, *, grace: int) -> int:
    """How long to wait (ms) before the next look, `elapsed` after the loss: ever wider, the last as the grace ends."""
    return max(1, min(max(FIRST_LOOK, elapsed), grace - elapsed))


def _alike(one: Job, other: Job) -> bool:
    """Whether what an API tells of an execution cannot tell these two apart."""
    return (one.request.prompt, one.request.seed) == (other.request.prompt, other.request.seed)
