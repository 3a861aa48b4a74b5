"""What each select and each button of the panel does to a server's rules: pure functions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cogs.admin.pages import Pick, Press
from jobs.servers.rules import ServerRules, Who

ACTIONS: Final = {
    Pick.ALLOWED: "places.set",
    Pick.DENIED: "places.set",
    Pick.MODELS: "make.set",
    Pick.RAW_SOURCES: "library.set",
    Pick.APPROVERS: "library.set",
    Pick.REPORTS: "channels.set",
    Pick.AUDIT: "channels.set",
    Pick.WARNINGS: "channels.set",
    Press.WINDOWS: "quota.set",
    Press.CAPS: "caps.set",
    Press.BOUNDS: "make.set",
    Press.PRIVATE: "make.set",
    Press.APPROVAL: "library.set",
    Press.RETENTION: "retention.set",
    Press.UNSAFE: "content.set",
    Press.SPOILER: "content.set",
}
"""How the audit log calls it."""


def picked(pick: Pick, values: Sequence[str], rules: ServerRules) -> ServerRules:
    """The rules with what was chosen; nothing chosen: nothing is decided any more.

    Raises:
        ValueError: no panel of ours offers these values.
    """
    changed = rules
    match pick:
        case Pick.ALLOWED:
            changed = replace(rules, places=replace(rules.places, allowed=_ids(values)))
        case Pick.DENIED:
            changed = replace(rules, places=replace(rules.places, denied=_ids(values)))
        case Pick.MODELS:
            changed = replace(rules, make=replace(rules.make, models=frozenset(values) or None))
        case Pick.RAW_SOURCES:
            changed = replace(rules, library=replace(rules.library, raw_sources=Who(values[0])))
        case Pick.APPROVERS:
            changed = replace(rules, library=replace(rules.library, approvers=_ids(values)))
        case Pick.REPORTS | Pick.AUDIT | Pick.WARNINGS:
            channel = next(iter(_ids(values)), None)
            changed = replace(rules, channels=replace(rules.channels, **{pick.value: channel}))
        case Pick.PAGE:
            pass
    return changed


def pressed(press: Press, rules: ServerRules) -> ServerRules:
    """The rules with the switch turned; whatever opens a form or looks again turns none."""
    match press:
        case Press.PRIVATE:
            return replace(rules, make=replace(rules.make, private=not rules.make.private))
        case Press.APPROVAL:
            return replace(rules, library=replace(rules.library, approval=not rules.library.approval))
        case Press.UNSAFE:
            return replace(rules, content=replace(rules.content, unsafe=not rules.content.unsafe))
        case Press.SPOILER:
            return replace(rules, content=replace(rules.content, spoiler=not rules.content.spoiler))
        case _:
            return rules


def _ids(values: Sequence[str]) -> frozenset[int]:
    return frozenset(int(value) for value in values)
