"""The quota's arithmetic: a rolling window of exactly 24 hours over the charges in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jobs.model import Usage

WINDOW_MS: Final = 86_400_000


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Images that were charged at one moment and still count."""

    at: int  # UTC ms
    images: int  # at least 1

    @property
    def leaves_at(self) -> int:
        """UTC ms from which on it counts no more."""
        return self.at + WINDOW_MS


def usage_of(charges: Sequence[Charge], *, allowance: int) -> Usage:
    """The sum of the charges, which come oldest first."""
    return Usage(
        allowance=allowance,
        used=sum(charge.images for charge in charges),
        resets_at=charges[0].leaves_at if charges else None,
        full_reset_at=charges[-1].leaves_at if charges else None,
    )


def enough_at(charges: Sequence[Charge], *, asked: int, allowance: int) -> int | None:
    """UTC ms when `asked` more images fit beside charges that leave no room for them now; None: they never do."""
    if asked > allowance:
        return None
    used = sum(charge.images for charge in charges)
    for charge in charges:
        used -= charge.images
        if used + asked <= allowance:
            return charge.leaves_at
    raise AssertionError("an order within the allowance fits once nothing is charged")
