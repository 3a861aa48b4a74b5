"""The quota's arithmetic: rolling windows over the charges in the ledger, and what a grant adds to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.model import Job, Usage, WindowUsage
from jobs.servers.allowance import Allowance
from jobs.servers.rules import Caps, Window

NO_CAPS: Final = Caps()


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What an order has to keep within."""

    allowance: Allowance
    former_id: int | None = None  # under which the ledger keeps what the user did before their data was deleted
    most_waiting: int | None = None  # jobs of the user that may be queued there, this one included; None: any number
    server: Caps = NO_CAPS  # what may be spent in the order's server
    bot: Caps = NO_CAPS  # and in the whole bot


@dataclass(frozen=True, kw_only=True)
class Charge:
    """Images that were charged at one moment and still count."""

    at: int  # UTC ms
    images: int  # at least 1


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Images beside the windows."""

    left: int  # images
    expires_at: int  # UTC ms
    granted_at: int  # UTC ms; names it


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Why an order has no room."""

    window: Window  # the one that has room last
    enough_at: int | None  # UTC ms when the order would fit; None: it never does


def cost_of(job: Job) -> int:
    """Micro-dollars that an ended job is taken to have cost.

    For images what the API reports, else the estimate; and the estimate for each create that was given up, since it may
    have been paid.
    """
    made = job.estimated_cost if job.images else 0
    return (made if job.cost is None else job.cost) + job.unknown_creates * job.estimated_cost


def usage_of(charges: Sequence[Charge], allowance: Allowance, *, grant: Grant | None, now: int) -> Usage:
    """Where the user stands; the charges, made since the longest window's begin, come oldest first."""
    return Usage(
        windows=tuple(_window_usage(charges, window, limit, now=now) for window, limit in allowance.limits.items()),
        granted=0 if grant is None else grant.left,
        granted_until=None if grant is None else grant.expires_at,
    )


def from_grant(usage: Usage, asked: int) -> int | None:
    """How many of the images asked for a grant has to pay, 0 where the windows have room; None: there is no room."""
    # Never more than asked: a window may be over its limit, because an admin has lowered it.
    short = max([0, *(min(asked, window.used + asked - window.allowance) for window in usage.windows)])
    return short if short <= usage.granted else None


def lack(charges: Sequence[Charge], allowance: Allowance, *, grant: Grant | None, asked: int, now: int) -> Lack:
    """What an order that has no room waits for."""
    with_grant = _lack(charges, allowance, asked=asked - (0 if grant is None else min(asked, grant.left)), now=now)
    if grant is None or (with_grant.enough_at is not None and with_grant.enough_at < grant.expires_at):
        return with_grant
    return _lack(charges, allowance, asked=asked, now=now)


def _lack(charges: Sequence[Charge], allowance: Allowance, *, asked: int, now: int) -> Lack:
    moments: Mapping[Window, int | None] = {
        window: _enough_at(_within(charges, window, now=now), window, asked=asked, limit=limit)
        for window, limit in allowance.limits.items()
    }
    last = max(moments, key=lambda window: (moments[window] is None, moments[window] or 0))
    return Lack(window=last, enough_at=moments[last] or None)


def _window_usage(charges: Sequence[Charge], window: Window, limit: int, *, now: int) -> WindowUsage:
    within = _within(charges, window, now=now)
    return WindowUsage(
        window=window,
        allowance=limit,
        used=sum(charge.images for charge in within),
        resets_at=within[0].at + window.value if within else None,
        full_reset_at=within[-1].at + window.value if within else None,
    )


def _within(charges: Sequence[Charge], window: Window, *, now: int) -> Sequence[Charge]:
    return [charge for charge in charges if charge.at > now - window.value]


def _enough_at(charges: Sequence[Charge], window: Window, *, asked: int, limit: int) -> int | None:
    """UTC ms when so many more images fit beside the charges, 0: now; None: they never do."""
    if asked <= 0:
        return 0
    if asked > limit:
        return None
    used = sum(charge.images for charge in charges)
    if used + asked <= limit:
        return 0
    for charge in charges:
        used -= charge.images
        if used + asked <= limit:
            return charge.at + window.value
    raise AssertionError("an order within the limit fits once nothing is charged")
