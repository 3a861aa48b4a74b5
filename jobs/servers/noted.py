"""How the audit log writes down decisions about people and quota: short, and the same in every language."""

from collections.abc import Collection
from datetime import UTC, datetime

from jobs.servers.allowance import said
from jobs.servers.people_records import Ban, Grant
from jobs.servers.rules import Window, Windows


def moment_text(at: int) -> str:
    """`2026-11-21 12:00 UTC`."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def ban_text(ban: Ban | None) -> str:
    """`until 2026-12-01 12:00 UTC: spam`."""
    if ban is None:
        return ""
    return f"until {moment_text(ban.expires_at)}: {ban.reason}" if ban.expires_at is not None else ban.reason


def grant_text(grant: Grant | None) -> str:
    """`15 of 20 left until 2026-12-01 12:00 UTC`."""
    return "" if grant is None else f"{grant.left} of {grant.images} left until {moment_text(grant.expires_at)}"


def windows_text(windows: Windows) -> str:
    """`hour 5, day 20`; empty: nothing is said."""
    limits = ((window, said(windows, window)) for window in Window)
    return ", ".join(f"{window.name.lower()} {limit}" for window, limit in limits if limit is not None)


def exempt_text(who: int, exempt: Collection[int]) -> str:
    """`exempt`, or nothing."""
    return "exempt" if who in exempt else ""
