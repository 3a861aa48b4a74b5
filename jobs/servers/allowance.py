"""How many images a member may make: the rules of the server, the member's roles, the operator's setting."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jobs.servers.rules import QuotaRules, Window, Windows


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What binds a member in a server now."""

    limits: Mapping[Window, int] = field(default_factory=dict)  # images; no window: no limit
    since: int = 0  # UTC ms; what was charged before does not count any more, because an admin said so


@dataclass(frozen=True, kw_only=True)
class Source:
    """A limit, and what says so."""

    limit: int  # images
    role: int | None = None  # the role that has more than everybody
    by_operator: bool = False  # the server says nothing of it


def allowance(quota: QuotaRules, *, user_id: int, roles: Collection[int], day: int | None, since: int = 0) -> Allowance:
    """What binds the member; `day`: images a day where the server says nothing of the day.

    For each window the most counts of what the server says for everybody and for each of the member's roles. A window
    that nothing is said of for everybody binds nobody: no role makes it narrower.
    """
    if is_exempt(quota, user_id=user_id, roles=roles):
        return Allowance(since=since)
    limits = {window: source.limit for window, source in sources(quota, roles=roles, day=day).items()}
    return Allowance(limits=limits, since=since)


def is_exempt(quota: QuotaRules, *, user_id: int, roles: Collection[int]) -> bool:
    """Whether no window binds them, in person or by a role."""
    return user_id in quota.exempt_users or not quota.exempt_roles.isdisjoint(roles)


def sources(quota: QuotaRules, *, roles: Collection[int], day: int | None) -> Mapping[Window, Source]:
    """Where each limit of whoever has these roles, and is not exempt, comes from; the shortest window first."""
    found = {}
    for window in Window:
        source = _of_everybody(quota, window, day=day)
        if source is None:
            continue
        for role in roles:
            limit = said(quota.roles.get(role, Windows()), window)
            if limit is not None and limit > source.limit:
                source = Source(limit=limit, role=role)
        found[window] = source
    return found


def idle(quota: QuotaRules, role: int, *, day: int | None) -> Collection[Window]:
    """The windows in which what is said for a role gives it nothing, because everybody has as much."""
    windows = quota.roles.get(role, Windows())
    limits = ((window, said(windows, window), _of_everybody(quota, window, day=day)) for window in Window)
    return [window for window, own, all_ in limits if own is not None and (all_ is None or own <= all_.limit)]


def said(windows: Windows, window: Window) -> int | None:
    """What they say of one window."""
    match window:
        case Window.HOUR:
            return windows.hour
        case Window.DAY:
            return windows.day
        case Window.MONTH:
            return windows.month


def _of_everybody(quota: QuotaRules, window: Window, *, day: int | None) -> Source | None:
    general = said(quota.windows, window)
    if general is not None:
        return Source(limit=general)
    return Source(limit=day, by_operator=True) if window is Window.DAY and day is not None else None
