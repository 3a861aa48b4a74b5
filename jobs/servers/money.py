"""Dollars as people type and read them, exact to the micro-dollar, and the calendar of the caps, which is UTC's."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from jobs.outcomes import Period
from jobs.sentence import Sentence, say
from jobs.servers.rules import Caps

MICRO: Final = 1_000_000  # micro-dollars in a dollar
MOST: Final = 1_000_000 * MICRO  # of a cap
DAY_MS: Final = 86_400_000
NO_CAP: Final = "none"  # what is typed for it

_EPOCH: Final = date(1970, 1, 1).toordinal()
_TYPED: Final = re.compile(r"\$?\s*([0-9]{1,7}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})\s*(?:\$|USD)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Spend:
    """Micro-dollars that a server, or the whole bot, has spent in the day and in the month of one moment."""

    day: int = 0
    month: int = 0

    def of(self, period: Period) -> int:
        """That of one of them."""
        return self.day if period is Period.DAY else self.month


def cap_of(caps: Caps, period: Period) -> int | None:
    """The cap of one of them, in micro-dollars; None: there is none."""
    return caps.day if period is Period.DAY else caps.month


def day_of(at: int) -> int:
    """Days since 1970-01-01 at that moment (UTC ms): what the column `spend.day` holds."""
    return at // DAY_MS


def first_day(period: Period, at: int) -> int:
    """The first day of the period that a moment (UTC ms) is in, as `day_of` counts."""
    return day_of(at) if period is Period.DAY else date_of(day_of(at)).replace(day=1).toordinal() - _EPOCH


def resets_at(period: Period, at: int) -> int:
    """When the period that a moment is in ends and nothing is spent any more; both in UTC ms."""
    if period is Period.DAY:
        return (day_of(at) + 1) * DAY_MS
    first = date_of(first_day(period, at))
    following = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return (following.toordinal() - _EPOCH) * DAY_MS


def name_of(period: Period, at: int) -> str:
    """The period that a moment (UTC ms) is in: `2026-11-21`, `2026-11`."""
    day = date_of(day_of(at)).isoformat()
    return day if period is Period.DAY else day[:7]


def date_of(day: int) -> date:
    """The date of a day that `day_of` has counted."""
    return date.fromordinal(day + _EPOCH)


def moment_of(at: int) -> str:
    """A moment (UTC ms) as ISO 8601 has it, to the second: `2026-11-21T12:00:00Z`."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def usd(micro: int) -> str:
    """Micro-dollars as people read them, all of them: `$12.50`, `$0.035`; at least the cents, and a point in them."""
    whole, rest = divmod(abs(micro), MICRO)
    cents, finer = divmod(rest, 10_000)
    return f"{'-' if micro < 0 else ''}${whole}.{cents:02}" + f"{finer:04}".rstrip("0")


def parse_cap(text: str) -> int | Sentence | None:
    """Micro-dollars of a typed cap, exactly; None for `none`; a sentence where it is neither."""
    text = text.strip()
    if text.casefold() == NO_CAP:
        return None
    typed = _TYPED.fullmatch(text)
    micro = int(Decimal(typed[1]) * MICRO) if typed is not None else MOST + 1
    if micro > MOST:
        return say(
            "Type an amount in US dollars, like `25`, `12.50` or `0.035`, at most {most}; or `none` for no cap.",
            most=MOST // MICRO,
        )
    return micro


def caps_text(caps: Caps) -> str:
    """How the audit log writes caps down: `day $10.00, month none`."""
    shown = {period: cap_of(caps, period) for period in Period}
    return ", ".join(f"{period.name.lower()} {NO_CAP if cap is None else usd(cap)}" for period, cap in shown.items())
