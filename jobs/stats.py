"""What was made in a server or by one of its members: day by day, in all, by whom, with what, and how long it took."""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Generic, Protocol, TypeVar

from jobs.ports import Clock
from jobs.status import Status

DAYS_MOST: Final = 90
TOP: Final = 5  # users and models that are named
PAGE: Final = 1_000  # jobs read at once, so that nobody else waits long for the database
_DAY_MS: Final = 24 * 3600 * 1000
_EPOCH: Final = date(1970, 1, 1)
_MADE: Final = frozenset({Status.DELIVERED, Status.UNDELIVERED})
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What statistics want to know of a job."""

    at: int  # UTC ms of its order
    user_id: int  # negative: somebody who had their data deleted
    model: str  # a key of the catalogue, perhaps of an older one
    status: Status
    images: int  # that count: all while it is under way, those that were made once it has ended
    cost: int  # micro-dollars: the estimate, or what the API reported
    submitted_at: int | None  # UTC ms of its last create
    completed_at: int | None  # UTC ms when its images were here


class StatsRecords(Protocol):
    """What statistics read; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def counted(
        self, *, guild_id: int, user_id: int | None, since: int, until: int, limit: int
    ) -> Sequence[Counted]:
        """At most `limit` jobs ordered from `since` until before `until` (UTC ms), the oldest first.

        Those of a user in a server (or in `jobs.model.DIRECT`), or of everybody there where `user_id` is None.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Typical:
    """How long something took: milliseconds within which half of all was through, and nine tenths."""

    median: int
    slow: int


@dataclass(frozen=True, kw_only=True)
class Day:
    """One calendar day, UTC."""

    date: date
    jobs: int = 0  # ordered on it
    images: int = 0  # made of what was ordered on it
    cost: int = 0  # micro-dollars
    failed: int = 0  # jobs
    waited: Typical | None = None  # from the order to the create; None: nothing was made


@dataclass(frozen=True, kw_only=True)
class Share(Generic[T]):
    """What one user, or one model, made."""

    of: T
    images: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All of it. Cancelled jobs and those under way are neither a success nor a failure."""

    days: tuple[Day, ...]  # every calendar day of the period, the oldest first, those without a job too
    made: int  # jobs that ended with images
    cancelled: int  # jobs
    waited: Typical | None  # from the order to the create
    making: Typical | None  # from the create to the images
    users: tuple[Share[int], ...]  # who made most, at most `TOP`
    models: tuple[Share[str], ...]

    @property
    def jobs(self) -> int:
        """Everything that was ordered."""
        return sum(day.jobs for day in self.days)

    @property
    def images(self) -> int:
        """Images made."""
        return sum(day.images for day in self.days)

    @property
    def cost(self) -> int:
        """Micro-dollars."""
        return sum(day.cost for day in self.days)

    @property
    def failed(self) -> int:
        """Jobs that ended without images, although nobody cancelled them."""
        return sum(day.failed for day in self.days)

    @property
    def success(self) -> float | None:
        """The share (0 to 1) of jobs that ended with images, of those that nobody cancelled; None: none has ended."""
        ended = self.made + self.failed
        return self.made / ended if ended else None


class Statistics:
    """Reads and sums up; what it costs grows with the jobs of the period, never with those before it."""

    def __init__(self, records: StatsRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def figures(self, *, guild_id: int, user_id: int | None = None, days: int) -> Figures:
        """Of a server, or of one user there, over the last calendar days (UTC, 1 to 90), today among them.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        tally = _Tally(days, now=self._clock.now())
        while tally.since is not None:
            tally.add(
                await self._records.counted(
                    guild_id=guild_id, user_id=user_id, since=tally.since, until=tally.until, limit=tally.page
                )
            )
        return tally.figures()


def typical(durations: Iterable[int]) -> Typical | None:
    """The nearest ranks of 50 and 90 per cent; None where there is nothing.

    A rank is one of the durations themselves, so that of a single one both are it.
    """
    ordered = sorted(durations)
    if not ordered:
        return None
    median, slow = (ordered[-(-len(ordered) * percent // 100) - 1] for percent in (50, 90))
    return Typical(median=median, slow=slow)


@dataclass(kw_only=True)
class _DayTally:
    jobs: int = 0
    images: int = 0
    cost: int = 0
    failed: int = 0
    waited: "array[int]" = field(default_factory=lambda: array("q"))  # eight bytes a job, however many there are


class _Tally:
    """Takes the period's jobs page by page: `since` says where the next page begins, None that there is none."""

    def __init__(self, days: int, *, now: int) -> None:
        if not 1 <= days <= DAYS_MOST:
            raise ValueError(f"{days} days")
        today = now // _DAY_MS
        self._first = today - days + 1
        self.since: int | None = self._first * _DAY_MS
        self.until = (today + 1) * _DAY_MS
        self.page = PAGE
        self._days = [_DayTally() for _ in range(days)]
        self._ends = Counter[Status]()
        self._making = array("q")
        self._users = Counter[int]()
        self._models = Counter[str]()

    def add(self, page: Sequence[Counted]) -> None:
        """Count a page; of one that is full the last moment is left to the next, which may hold more of it."""
        if len(page) < self.page:
            self.since = None
        else:
            self.since = page[-1].at
            page = [job for job in page if job.at < page[-1].at]
            if not page:
                self.page *= 2  # a whole page of one moment
        for job in page:
            self._count(job)

    def _count(self, job: Counted) -> None:
        day = self._days[job.at // _DAY_MS - self._first]
        day.jobs += 1
        day.cost += job.cost
        self._ends[job.status] += 1
        if job.status is Status.FAILED:
            day.failed += 1
        if job.status not in _MADE:
            return
        day.images += job.images
        self._users[job.user_id] += job.images
        self._models[job.model] += job.images
        if job.submitted_at is not None and job.completed_at is not None:
            day.waited.append(max(0, job.submitted_at - job.at))
            self._making.append(max(0, job.completed_at - job.submitted_at))

    def figures(self) -> Figures:
        """What was counted."""
        return Figures(
            days=tuple(
                Day(
                    date=_EPOCH + timedelta(days=self._first + number),
                    jobs=day.jobs,
                    images=day.images,
                    cost=day.cost,
                    failed=day.failed,
                    waited=typical(day.waited),
                )
                for number, day in enumerate(self._days)
            ),
            made=sum(self._ends[status] for status in _MADE),
            cancelled=self._ends[Status.CANCELLED],
            waited=typical(wait for day in self._days for wait in day.waited),
            making=typical(self._making),
            users=_top(self._users),
            models=_top(self._models),
        )


def _top(counts: "Counter[T]") -> tuple[Share[T], ...]:
    """Those with the most images; of equals the one that was there first."""
    return tuple(Share(of=of, images=images) for of, images in counts.most_common(TOP))
