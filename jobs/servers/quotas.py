"""Changes of a server's quota rules."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from jobs.servers.rules import QuotaRules, Window, Windows

MOST_EXEMPT: Final = 500
"""Members who may be exempt one by one; more of them are a role's."""

_FIELDS: Final = {Window.HOUR: "hour", Window.DAY: "day", Window.MONTH: "month"}


def with_limits(rules: QuotaRules, limits: Mapping[Window, int | None], *, role: int | None) -> QuotaRules:
    """With these limits for everybody, or for a role; windows that are left out stay, None takes a limit back."""
    fields = {_FIELDS[window]: limit for window, limit in limits.items()}
    if role is None:
        return replace(rules, windows=replace(rules.windows, **fields))
    of_role = replace(rules.roles.get(role, Windows()), **fields)
    roles = {each: windows for each, windows in rules.roles.items() if each != role}
    return replace(rules, roles=roles if of_role == Windows() else {**roles, role: of_role})


def with_exemption(rules: QuotaRules, who: int, *, is_role: bool, exempt: bool) -> QuotaRules:
    """With a role or a user exempt, or exempt no longer."""
    former = rules.exempt_roles if is_role else rules.exempt_users
    now = former | {who} if exempt else former - {who}
    return replace(rules, exempt_roles=now) if is_role else replace(rules, exempt_users=now)
