"""What admins type for a limit and for a time, read or refused in one sentence."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from jobs.sentence import Sentence, say, verbatim
from jobs.servers.rules import Window

NO_LIMIT: Final = "none"
MOST_IMAGES: Final = 100_000  # of one window, and of one grant
_MINUTE: Final = 60_000  # ms
_DAY: Final = 24 * 60 * _MINUTE
SOONEST: Final = _MINUTE  # ms from now
LATEST: Final = 366 * _DAY
_UNITS: Final = {"m": _MINUTE, "h": 60 * _MINUTE, "d": _DAY, "w": 7 * _DAY}
_SPAN: Final = re.compile(r"(\d{1,6})\s*([mhdw])", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,7}", re.ASCII)
_WINDOWS: Final = {Window.HOUR: "hour", Window.DAY: "day", Window.MONTH: "month"}  # the options


def read_limit(text: str, window: Window) -> int | Sentence | None:
    """Images of a window: a number from 0 to 100,000; None for `none`, which takes back what was said of it."""
    typed = text.strip().lower()
    if typed == NO_LIMIT:
        return None
    if _NUMBER.fullmatch(typed) and int(typed) <= MOST_IMAGES:
        return int(typed)
    return say(
        "`{option}` takes a whole number from 0 (no images at all) to {most}, or `none` (no limit of its own), "
        "not “{typed}”. Nothing was changed.",
        option=_WINDOWS[window],
        most=MOST_IMAGES,
        typed=verbatim(text),
    )


def read_moment(text: str, *, option: str, now: int) -> int | Sentence:
    """The end of a time (UTC ms): `30m`, `12h`, `7d`, `2w` from now, or the end of a day in UTC, `2026-12-01`.

    It is from a minute to 366 days ahead. `option` is where it was typed.
    """
    typed = text.strip().lower()
    span = _SPAN.fullmatch(typed)
    at = now + int(span[1]) * _UNITS[span[2]] if span else _end_of(typed)
    if at is not None and SOONEST <= at - now <= LATEST:
        return at
    if at is None:
        return say(
            "`{option}` takes a time from now like `30m`, `12h`, `7d` or `2w`, or a day like `{day}` (to its end, "
            "UTC), not “{typed}”. Nothing was changed.",
            option=option,
            day=f"{datetime.fromtimestamp(now / 1000, UTC) + timedelta(days=10):%Y-%m-%d}",
            typed=verbatim(text),
        )
    return say(
        "`{option}` must lie from one minute to 366 days ahead, and “{typed}” does not. Nothing was changed.",
        option=option,
        typed=verbatim(text),
    )


def _end_of(typed: str) -> int | None:
    """The end of a day (UTC ms); None where it is none."""
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int(day.timestamp()) * 1000 + _DAY
