"""What was spent on what: the sums that an admin asks for."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never

from jobs.servers.money import date_of
from jobs.servers.spending import CostRow


class By(enum.StrEnum):
    """What a sum is taken apart by; the value is what is chosen."""

    USER = "user"
    MODEL = "model"
    DAY = "day"


@dataclass(frozen=True, kw_only=True)
class Sum:
    """Several orders together; money is micro-dollars."""

    images: int
    cost: int
    reported: int
    lost: int

    @property
    def estimated(self) -> int:
        """Of the cost: what no API has reported (yet)."""
        return self.cost - self.reported - self.lost


@dataclass(frozen=True, kw_only=True)
class Share:
    """One user's, model's or day's part of it."""

    of: str  # the user's id, the model's key, or the day: `2026-11-21`
    images: int
    cost: int  # micro-dollars


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What a server spent in some days, today the last of them."""

    days: int
    total: Sum
    by: By
    shares: Sequence[Share]  # the days: the newest first; everything else: the most expensive first


def summary(rows: Sequence[CostRow], *, days: int, by: By) -> Summary:
    """Add them up."""
    parts: dict[str, list[CostRow]] = {}
    for row in rows:
        parts.setdefault(_part(row, by), []).append(row)
    shares = [
        Share(of=of, images=sum(row.images for row in those), cost=sum(row.cost for row in those))
        for of, those in parts.items()
    ]
    if by is By.DAY:
        shares.sort(key=lambda share: share.of, reverse=True)
    else:
        shares.sort(key=lambda share: (-share.cost, -share.images, share.of))
    total = Sum(
        images=sum(row.images for row in rows),
        cost=sum(row.cost for row in rows),
        reported=sum(row.reported for row in rows),
        lost=sum(row.lost for row in rows),
    )
    return Summary(days=days, total=total, by=by, shares=shares)


def _part(row: CostRow, by: By) -> str:
    match by:
        case By.USER:
            return str(row.user_id)
        case By.MODEL:
            return row.model
        case By.DAY:
            return date_of(row.day).isoformat()
        case _:
            assert_never(by)
