"""How many images a member may make: the rules of the server, the member's roles, the operator's setting."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from jobs.servers.rules import QuotaRules, Window, Windows


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """What binds a member in a server now."""

    limits: Mapping[Window, int] = field(default_factory=dict)  # images; no window: no limit
    since: int = 0  # UTC ms; what was charged before does not count any more, because an admin said so


def allowance(quota: QuotaRules, *, user_id: int, roles: Collection[int], day: int | None, since: int = 0) -> Allowance:
    """What binds the member; `day`: images a day where the server says nothing of the day.

    For each window the most counts of what the server says for everybody and for each of the member's roles. A window
    that nothing is said of for everybody binds nobody: no role makes it narrower.
    """
    if user_id in quota.exempt_users or not quota.exempt_roles.isdisjoint(roles):
        return Allowance(since=since)
    limits = {}
    for window in Window:
        general = said(quota.windows, window)
        if general is None and window is Window.DAY:
            general = day
        if general is not None:
            limits[window] = max([general, *_by_roles(quota, roles, window)])
    return Allowance(limits=limits, since=since)


def said(windows: Windows, window: Window) -> int | None:
    """What they say of one window."""
    match window:
        case Window.HOUR:
            return windows.hour
        case Window.DAY:
            return windows.day
        case Window.MONTH:
            return windows.month


def _by_roles(quota: QuotaRules, roles: Collection[int], window: Window) -> Iterator[int]:
    for role in roles:
        limit = said(quota.roles.get(role, Windows()), window)
        if limit is not None:
            yield limit
