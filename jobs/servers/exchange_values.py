"""What the file of a server's rules may hold as the value of each kind of setting."""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, Final

from jobs.content.editing import list_of_patterns_fault, word_fault, words_fault
from jobs.content.patterns import pattern_fault
from jobs.sentence import Sentence, say, verbatim
from jobs.servers.exchange import Surroundings
from jobs.servers.money import MICRO, MOST
from jobs.servers.offer import SIDE_LEAST
from jobs.servers.rules import Who
from jobs.servers.schema import Kind
from jobs.servers.typed import MOST_IMAGES

Read = Callable[[str, object], Any]
"""Takes the setting's key and what the file holds there; raises `Wrong`."""

LIST_LONGEST: Final = 500  # elements, where nothing else bounds them
SHOWN: Final = 60  # characters of what a file holds, in a fault
_ID: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class Wrong(Exception):
    """A value cannot be taken: why, and where in its list, for each reason."""

    def __init__(self, sentence: Sentence, *more: tuple[int, Sentence]) -> None:
        super().__init__()
        self.sentence = sentence
        self.elements = more  # of a list: all that is wrong, by place; the sentence is the first of them


def readers(around: Surroundings) -> Mapping[Kind, Read]:
    """How each kind is read."""

    def ids(known: Collection[int] | None, unknown: Callable[[str], Sentence]) -> Read:
        return lambda key, found: frozenset(_each(key, found, lambda each: read_id(each, known, unknown)))

    return {
        Kind.IMAGES: lambda key, found: _number(key, found, 0, MOST_IMAGES),
        Kind.COUNT: lambda key, found: _number(key, found, 1, 100),
        Kind.SIDE: lambda key, found: _number(key, found, SIDE_LEAST, 4096),
        Kind.DAYS: lambda key, found: _number(key, found, 1, 36_500),
        Kind.MONEY: _money,
        Kind.FLAG: _flag,
        Kind.WHO: _who,
        Kind.MODELS: lambda key, found: frozenset(_each(key, found, lambda each: _model(each, around.models))),
        Kind.CHANNEL: lambda _, found: read_id(found, around.writable, _not_writable),
        Kind.CHANNELS: ids(around.channels, _no_channel),
        Kind.ROLES: ids(around.roles, no_role),
        Kind.USERS: ids(None, _no_user),
        Kind.WORDS: lambda key, found: _texts(key, found, word_fault, words_fault),
        Kind.PATTERNS: lambda key, found: _texts(key, found, pattern_fault, list_of_patterns_fault),
    }


def read_id(found: object, known: Collection[int] | None, unknown: Callable[[str], Sentence]) -> int:
    """An id that Discord may have given, and one of those known; None knows all, former members' pseudonyms too."""
    text = "" if isinstance(found, bool) else str(found)
    if not _ID.fullmatch(text) or not 0 < abs(int(text)) < 1 << 63 or (known is not None and int(text) not in known):
        raise Wrong(unknown(str(found)[:SHOWN]))
    return int(text)


def _each(key: str, found: object, read: Callable[[object], Any]) -> tuple[Any, ...]:
    if not isinstance(found, list):
        raise Wrong(say("`{key}` is a list: write it in square brackets.", key=key))
    if len(found) > LIST_LONGEST:
        raise Wrong(say("`{key}` has more than {most} elements: leave some out.", key=key, most=LIST_LONGEST))
    taken: dict[Any, None] = {}
    wrong: list[tuple[int, Sentence]] = []
    for number, each in enumerate(found):
        try:
            taken[read(each)] = None
        except Wrong as error:
            wrong.append((number, error.sentence))
    if wrong:
        raise Wrong(wrong[0][1], *wrong)
    return tuple(taken)


def _number(key: str, found: object, least: int, most: int) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
        raise Wrong(say("`{key}` is a whole number from {least} to {most}.", key=key, least=least, most=most))
    return found


def _money(key: str, found: object) -> int:
    amount = Decimal(-1)
    if isinstance(found, int | Decimal) and not isinstance(found, bool) and Decimal(found).is_finite():
        amount = min(Decimal(found), Decimal(MOST)) * MICRO
    if not 0 <= amount <= MOST or amount != int(amount):
        raise Wrong(
            say(
                "`{key}` is an amount in US dollars from 0 to {most}, like `12.50`, with six decimals at most.",
                key=key,
                most=MOST // MICRO,
            )
        )
    return int(amount)


def _flag(key: str, found: object) -> bool:
    if not isinstance(found, bool):
        raise Wrong(say("`{key}` is `true` or `false`.", key=key))
    return found


def _who(key: str, found: object) -> Who:
    try:
        return Who(str(found))
    except ValueError:
        raise Wrong(say('`{key}` is `"everyone"`, `"moderators"` or `"nobody"`.', key=key)) from None


def _model(found: object, known: Collection[str]) -> str:
    if not isinstance(found, str) or found not in known:
        names = ", ".join(f'`"{each}"`' for each in known)
        raise Wrong(say("There is no model {name} here: choose from {known}.", name=_shown(found), known=names))
    return found


def _texts(
    key: str,
    found: object,
    fault: Callable[[str], Sentence | None],
    faults: Callable[[tuple[str, ...]], Sentence | None],
) -> tuple[str, ...]:
    def read(each: object) -> str:
        if not isinstance(each, str):
            raise Wrong(say("`{key}` holds texts in quotation marks, not {found}.", key=key, found=_shown(each)))
        if (sentence := fault(each)) is not None:
            raise Wrong(sentence)
        return each

    texts = _each(key, found, read)
    if (sentence := faults(texts)) is not None:
        raise Wrong(sentence)
    return texts


def _no_channel(found: str) -> Sentence:
    return say("There is no channel {id} in this server that the bot can see: leave it out.", id=_shown(found))


def _not_writable(found: str) -> Sentence:
    return say("There is no text channel {id} in this server that the bot can see: leave it out.", id=_shown(found))


def no_role(found: str) -> Sentence:
    """Roles are looked for in two places."""
    return say("There is no role {id} in this server: leave it out.", id=_shown(found))


def _no_user(found: str) -> Sentence:
    return say(
        "{id} is no user's id: with Developer Mode on, right-click a member and choose Copy User ID.", id=_shown(found)
    )


def _shown(found: object) -> Sentence:
    text = str(found)
    return verbatim(f"`{text[:SHOWN].replace('`', '')}{'…' if len(text) > SHOWN else ''}`")
