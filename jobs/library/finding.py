"""Finds entries while somebody types: a server's names and trigger words, prepared once, compared in memory."""

import enum
import heapq
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
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


@dataclass(frozen=True, kw_only=True)
class _Prepared:
    """An entry in the form in which it is compared, made once."""

    entry: Entry
    name: str
    words: str  # of the name, each after one space
    triggers: str


class Index:
    """The entries of one server; a search looks at each of them at most once."""

    def __init__(self) -> None:
        self._prepared: dict[str, _Prepared] = {}

    def put(self, entry: Entry) -> None:
        """Take an entry in, or in the place of its former self."""
        self._prepared[entry.id] = _Prepared(
            entry=entry,
            name=folded(entry.facts.name),
            words=_words(folded(entry.facts.name)),
            triggers="\n".join(map(folded, entry.facts.triggers)),
        )

    def drop(self, entry: Entry) -> None:
        """Leave an entry out from now on."""
        self._prepared.pop(entry.id, None)

    def search(self, typed: str, *, most: int, place: Callable[[Entry], int | None]) -> Sequence[Entry]:
        """Those that fit, the best first, equally good ones by name.

        `place` puts entries behind others whatever was typed (a higher number), or hides them (None).
        """
        query = folded(typed[:TYPED_LONGEST])
        best = heapq.nsmallest(most, self._ranked(query, place), key=lambda found: found[:-1])
        return [prepared.entry for *_, prepared in best]

    def _ranked(
        self, query: str, place: Callable[[Entry], int | None]
    ) -> Iterator[tuple[int, Match, str, str, _Prepared]]:
        words = _words(query)
        for prepared in self._prepared.values():
            match = _match(prepared, query, words)
            if match is not None and (at := place(prepared.entry)) is not None:
                yield at, match, prepared.name, prepared.entry.id, prepared


def folded(text: str) -> str:
    """Without case, accents and differences in spaces: what is typed in a hurry."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def _words(name: str) -> str:
    several = [word for word in _NO_WORD.split(name) if word]
    return f" {' '.join(several)}" if several else ""


def _match(prepared: _Prepared, query: str, words: str) -> Match | None:
    if prepared.name.startswith(query):
        return Match.NAME_BEGINS
    if words and (at := prepared.words.find(words)) >= 0:
        return Match.WORD_BEGINS if at else Match.NAME_BEGINS
    if query in prepared.name:
        return Match.NAME_HOLDS
    if query in prepared.triggers:
        return Match.TRIGGER_HOLDS
    letters = iter(prepared.name)
    return Match.LETTERS_IN_ORDER if all(letter in letters for letter in query) else None
