"""Finds entries while somebody types: a server's names and trigger words, prepared once, compared in memory."""

import enum
import heapq
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from jobs.library.entry import Entry

TYPED_LONGEST: Final = 100  # characters that are looked at
_NO_WORD: Final = re.compile(r"[\W_]+")


class Match(enum.IntEnum):
    """How well an entry fits what was typed, the best first."""

    NAME_BEGINS = 0
    WORD_BEGINS = 1
    NAME_HOLDS = 2
    TRIGGER_HOLDS = 3
    LETTERS_IN_ORDER = 4  # of the name, others between them: `flgr` finds `Film Grain`


@dataclass(frozen=True, kw_only=True, slots=True)
class _Prepared:
    """An entry in the form in which it is compared, made once."""

    entry: Entry
    name: str
    words: str  # of the name, each after one space
    triggers: str
    text: str  # all of these


class Index:
    """The entries of one server; a search looks at each of them a few times at most."""

    def __init__(self) -> None:
        self._prepared: dict[str, _Prepared] = {}

    def put(self, entry: Entry) -> None:
        """Take an entry in, or in the place of its former self."""
        name = folded(entry.facts.name)
        words, triggers = _words(name), folded("\n".join(entry.facts.triggers))
        self._prepared[entry.id] = _Prepared(
            entry=entry, name=name, words=words, triggers=triggers, text=f"{name}\n{words}\n{triggers}"
        )

    def drop(self, entry: Entry) -> None:
        """Leave an entry out from now on."""
        self._prepared.pop(entry.id, None)

    def search(
        self,
        typed: str,
        *,
        most: int,
        place: Callable[[Entry], int | None],
        worst: Match = Match.LETTERS_IN_ORDER,
    ) -> Sequence[Entry]:
        """Those that fit, the best first, equally good ones by name.

        `place` puts entries behind others whatever was typed (a higher number), or hides them (None). What fits less
        well than `worst` is left out.
        """
        query = folded(typed[:TYPED_LONGEST])
        words = _words(query) or query
        # Most entries of a large library end here, at one comparison in C.
        holding = [each for each in self._prepared.values() if query in each.text or words in each.text]
        ranked = [
            (at, match, each.name, each.entry.id, each)
            for each in holding
            if (match := _match(each, query, words)) <= worst and (at := place(each.entry)) is not None
        ]
        if worst is Match.LETTERS_IN_ORDER and len(ranked) < most:
            there = {each.entry.id for *_, each in ranked}
            ranked += [
                (at, Match.LETTERS_IN_ORDER, each.name, each.entry.id, each)
                for each in self._scattered(query)
                if each.entry.id not in there and (at := place(each.entry)) is not None
            ]
        return [each.entry for *_, each in heapq.nsmallest(most, ranked)]  # an id ends each comparison

    def _scattered(self, query: str) -> Sequence[_Prepared]:
        # Each letter is looked for from where the one before was found: no way back, so no catastrophe.
        in_order = re.compile("".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in query)).match
        return [each for each in self._prepared.values() if in_order(each.name)]


def folded(text: str) -> str:
    """Without case, accents and differences in spaces: what is typed in a hurry."""
    apart = text.casefold()
    if not apart.isascii():
        apart = unicodedata.normalize("NFKD", text).casefold()
        apart = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(apart.split())


def _words(name: str) -> str:
    several = [word for word in _NO_WORD.split(name) if word]
    return f" {' '.join(several)}" if several else ""


def _match(prepared: _Prepared, query: str, words: str) -> Match:
    """How an entry fits whose text holds the query or its words."""
    if prepared.name.startswith(query):
        return Match.NAME_BEGINS
    if (at := prepared.words.find(words)) >= 0:
        return Match.WORD_BEGINS if at else Match.NAME_BEGINS
    if query in prepared.name:
        return Match.NAME_HOLDS
    return Match.TRIGGER_HOLDS
