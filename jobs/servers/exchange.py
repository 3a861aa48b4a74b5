"""A server's rules as a file that people read and change: TOML, with what each setting means beside it.

Why TOML: docs/decisions/0005-rules-as-toml.md
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jobs.sentence import Sentence, say
from jobs.servers.money import usd
from jobs.servers.rules import ServerRules
from jobs.servers.schema import ROLE_SECTION, SETTINGS, Kind, windows_of

Speak = Callable[[Sentence], str]
"""What a sentence says in the language of whoever reads the file."""

_SAMPLES: Final[Mapping[Kind, str]] = {
    Kind.IMAGES: "20",
    Kind.COUNT: "4",
    Kind.SIDE: "1024",
    Kind.DAYS: "30",
    Kind.MONEY: "12.50",
    Kind.FLAG: "true",
    Kind.WHO: '"moderators"',
    Kind.MODELS: '["flux-lora"]',
    Kind.CHANNEL: "123456789012345678",
    Kind.CHANNELS: "[123456789012345678]",
    Kind.ROLES: "[123456789012345678]",
    Kind.USERS: "[123456789012345678]",
    Kind.WORDS: '["word", "two words"]',
    Kind.PATTERNS: r"['\bword\w*']",
}


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What rules may name: that of this very server, and of this bot."""

    models: Collection[str]  # keys of those on offer
    channels: Mapping[int, str]  # names by ids, categories among them
    writable: Collection[int]  # of these, those that a message can be posted in
    roles: Mapping[int, str]  # names by ids, without the one that everybody has


def write_config(rules: ServerRules, around: Surroundings, speak: Speak) -> str:
    """The file. What nobody has decided stands there as a comment; what is gone from the server is left out."""
    lines = [
        *_comment(speak(say("This server's rules for the bot. `/admin config import` takes the file in again."))),
        *_comment(speak(say("A section that is not in the file stays as it is."))),
        *_comment(speak(say("What a section leaves out becomes undecided. A `#` begins a comment."))),
    ]
    section = ""
    for setting in SETTINGS:
        if setting.section != section:
            if section == ROLE_SECTION.partition(".")[0]:
                lines += _roles(rules, around, speak)
            section = setting.section
            lines += ["", f"[{section}]"]
        lines += _comment(speak(setting.hint))
        value = setting.of(rules)
        shown = None if value is None else list(_value(setting.kind, value, around))
        if shown is None or (shown == ["[]"] and setting.kind is not Kind.MODELS):  # no models: none may be used
            lines.append(f"# {setting.key} = {_SAMPLES[setting.kind]}")
        else:
            lines += [f"{setting.key} = {shown[0]}", *shown[1:]]
    return "\n".join([*lines, ""])


def _roles(rules: ServerRules, around: Surroundings, speak: Speak) -> Iterator[str]:
    """What is said of roles, each in a section of its own."""
    yield ""
    yield from _comment(speak(say("A role's own windows, in a section with its id; of several roles the most counts.")))
    yield f"# [{ROLE_SECTION}.123456789012345678]"
    yield "# day = 50"
    for role_id, windows in sorted(rules.quota.roles.items()):
        if role_id in around.roles:
            yield ""
            yield f"[{ROLE_SECTION}.{role_id}]  # @{_printable(around.roles[role_id])}"
            yield from (f"{key} = {value}" for key, value in windows_of(windows) if value is not None)


def _value(kind: Kind, value: Any, around: Surroundings) -> Iterator[str]:
    match kind:
        case Kind.MONEY:
            yield usd(value).removeprefix("$")
        case Kind.FLAG:
            yield "true" if value else "false"
        case Kind.WHO:
            yield _text(str(value))
        case Kind.MODELS:
            yield f"[{', '.join(_text(each) for each in sorted(value) if each in around.models)}]"
        case Kind.CHANNEL:
            named = value in around.writable
            yield f"{value}  # #{_printable(around.channels[value])}" if named else "[]"
        case Kind.CHANNELS | Kind.ROLES | Kind.USERS:
            yield from _list(_named(kind, sorted(value), around))
        case Kind.WORDS | Kind.PATTERNS:
            write = _text if kind is Kind.WORDS else _pattern
            yield from _list(dict.fromkeys(map(write, value), ""))
        case Kind.IMAGES | Kind.COUNT | Kind.SIDE | Kind.DAYS:
            yield f"{value}"


def _named(kind: Kind, ids: Collection[int], around: Surroundings) -> Mapping[str, str]:
    """Those that are still there, and how they are called; of members nobody knows either.

    A former member has a pseudonym, which is negative.
    """
    match kind:
        case Kind.CHANNELS:
            return {f"{each}": f"#{around.channels[each]}" for each in ids if each in around.channels}
        case Kind.ROLES:
            return {f"{each}": f"@{around.roles[each]}" for each in ids if each in around.roles}
        case _:
            return {f"{each}": "" for each in ids}


def _list(elements: Mapping[str, str]) -> Iterator[str]:
    """Each element on a line of its own, and what it is."""
    if not elements:
        yield "[]"
        return
    yield "["
    for element, what in elements.items():
        yield f"    {element}," + (f"  # {_printable(what)}" if what else "")
    yield "]"


def _text(text: str) -> str:
    """JSON's escapes are TOML's, but for one character that JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _pattern(text: str) -> str:
    """Without escapes where that can be written, since a pattern has enough of its own."""
    return f"'{text}'" if text.isprintable() and "'" not in text else _text(text)


def _comment(text: str) -> Iterator[str]:
    yield f"# {_printable(text)}"


def _printable(text: str) -> str:
    """On one line, without what a comment must not hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
