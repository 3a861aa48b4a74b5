"""What is different between two sets of rules: for the question before a change, and for the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, assert_never

from jobs.servers.money import usd
from jobs.servers.records import Change
from jobs.servers.rules import ServerRules
from jobs.servers.schema import Kind, settings_of

_MENTIONS: Final = {Kind.CHANNEL: "<#{}>", Kind.CHANNELS: "<#{}>", Kind.ROLES: "<@&{}>", Kind.USERS: "<@{}>"}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One setting; a text that is empty: nothing is decided."""

    name: str  # `quota.day`
    before: str
    after: str


def differences(before: ServerRules, after: ServerRules) -> Sequence[Difference]:
    """In the order of the settings; a pause is none."""
    old = {name: (kind, value) for name, kind, value in settings_of(before)}
    new = {name: (kind, value) for name, kind, value in settings_of(after)}
    return [
        _difference(name, (old.get(name) or new[name])[0], old.get(name), new.get(name))
        for name in [*old, *(name for name in new if name not in old)]
        if old.get(name) != new.get(name)
    ]


def entry(before: ServerRules, after: ServerRules, *, guild_id: int, actor_id: int, action: str) -> Change:
    """One entry for all that is different: `quota.day 20, caps.month $5.00`."""
    found = differences(before, after)
    return Change(
        guild_id=guild_id,
        actor_id=actor_id,
        action=action,
        before="; ".join(f"{each.name} {each.before}" for each in found if each.before),
        after="; ".join(f"{each.name} {each.after}" for each in found if each.after),
    )


def value_text(kind: Kind, value: Any) -> str:
    """A value as the audit log has it: short, the same in every language; empty where nothing is decided."""
    several = sorted(value) if isinstance(value, tuple | frozenset) else [value]
    if value is None or (not several and kind is not Kind.MODELS):
        return ""
    match kind:
        case Kind.CHANNEL | Kind.CHANNELS | Kind.ROLES | Kind.USERS:
            text = ", ".join(_MENTIONS[kind].format(each) if each > 0 else "a former member" for each in several)
        case Kind.WORDS | Kind.PATTERNS:  # they are for nobody else's eyes
            text = f"{len(several)}"
        case Kind.MODELS:
            text = ", ".join(several) or "none"
        case Kind.MONEY:
            text = usd(value)
        case Kind.FLAG:
            text = "on" if value else "off"
        case Kind.IMAGES | Kind.COUNT | Kind.SIDE | Kind.DAYS | Kind.WHO:
            text = str(value)
        case _:
            assert_never(kind)
    return text


def _difference(name: str, kind: Kind, old: tuple[Kind, Any] | None, new: tuple[Kind, Any] | None) -> Difference:
    before, after = (None if each is None else each[1] for each in (old, new))
    text = value_text(kind, after)
    if kind in {Kind.WORDS, Kind.PATTERNS}:  # as many may be there as before
        old_words, new_words = set(before or ()), set(after or ())
        text = f"{len(new_words)} (+{len(new_words - old_words)}, -{len(old_words - new_words)})"
    return Difference(name=name, before=value_text(kind, before), after=text)
