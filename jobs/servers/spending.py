"""What is spent, on what, and of whom the admins were warned: the values, and what they need of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from jobs.outcomes import Period
from jobs.servers.money import Spend
from jobs.status import Status


@dataclass(frozen=True, kw_only=True)
class SpendWarning:
    """Something that is told once: how much of a cap is spent."""

    guild_id: int  # or `EVERYWHERE`
    period: Period
    name: str  # the period's: `2026-11-21`, `2026-11`
    percent: int  # 80, or 100: nothing more fits
    cap: int  # micro-dollars


@dataclass(frozen=True, kw_only=True)
class CostRow:
    """What the orders of one user, model and day (UTC) come to in a server. Money is micro-dollars."""

    user_id: int  # negative: somebody whose data were deleted
    model: str
    day: int  # days since 1970-01-01
    jobs: int  # ordered, whatever became of them
    images: int  # charged: made, or still to be made
    cost: int  # what they are taken to cost in all, as the caps count it
    reported: int  # of that: what the APIs have said
    lost: int  # of that: creates whose answer was lost, each at its job's estimate, since it may have been paid

    @property
    def estimated(self) -> int:
        """Of the cost: what is taken from the catalogue's prices, since no API has said anything (yet)."""
        return self.cost - self.reported - self.lost


@dataclass(frozen=True, kw_only=True)
class JobCost:
    """What one job comes to; money is micro-dollars."""

    id: str
    ordered_at: int  # UTC ms
    user_id: int  # negative: somebody whose data were deleted
    model: str
    status: Status
    images: int  # charged: made, or still to be made
    cost: int  # what it is taken to cost in all
    estimate: int  # at its order
    reported: int | None  # what the API has said
    lost_creates: int  # how many of its creates got no answer


class SpendRecords(Protocol):
    """What the ledger knows of money; raises `jobs.ports.StoreUnavailable` as the whole store does."""

    async def spend(self, guild_id: int, *, at: int) -> Spend:
        """What a server has spent in the day and the month of that moment (UTC ms); `EVERYWHERE`: the whole bot."""
        ...

    async def costs(self, guild_id: int, *, since: int, until: int) -> Sequence[CostRow]:
        """Everything ordered from one moment on (UTC ms) until before another, in no particular order."""
        ...

    async def job_costs(
        self, guild_id: int, *, since: int, until: int, before: JobCost | None = None, limit: int
    ) -> Sequence[JobCost]:
        """The same job by job, the newest first, at most `limit`; `before`: those that come after it."""
        ...


class WarningRecords(SpendRecords, Protocol):
    """What was told of it."""

    async def claim_warnings(self, warnings: Sequence[SpendWarning]) -> Sequence[SpendWarning]:
        """Those of them that nobody has claimed; each can be claimed once, and again for a higher cap.

        They are of one cap, in ascending order. Of those claimed only the last is to be told: the others are taken as
        told with it.
        """
        ...

    async def untold_warnings(self, *, at: int) -> Sequence[SpendWarning]:
        """Those of the day and the month of that moment (UTC ms) that were claimed, and not noted as told."""
        ...

    async def mark_warning_told(self, warning: SpendWarning) -> None:
        """It was told, or nobody can be told."""
        ...
