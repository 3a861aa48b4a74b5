"""Blocked words, found in a text however they are disguised, in a time that grows with the text alone."""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import re2

from jobs.content.folding import Reading, folded, is_letter
from jobs.content.lookalikes import CLASSES, STAND_INS
from jobs.content.splitting import parts, squeezed

_A_DOUBLE: Final = 2
_REPEATED: Final = re.compile(r"(.)\1+", re.DOTALL)
_NAMES: Final = str.maketrans(CLASSES)
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese: between their words stands nothing."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A blocked word or pattern in a text."""

    blocked: str  # as the admin has written it
    typed: str  # as it stands in the text


@dataclass(frozen=True)
class BlockedWord:
    """A word or an expression of several, as it was written down and as it is compared."""

    written: str
    folded: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", _words_of(self.written))

    @property
    def key(self) -> str:
        """Equal for whatever may be meant as this word."""
        return key_of(self.folded)

    @property
    def is_unspaced(self) -> bool:
        """Whether it is found within words too, since its script has nothing between them."""
        return _UNSPACED.search(self.folded) is not None

    def fits(self, text: str) -> bool:
        """Whether a folded text is this word.

        It may have stand-ins for letters, but no more digits than letters, since `455` is a number; and its letters
        repeated, but not one of them once, since `good` is another word than `god`: from three in a row, or two
        letters too many, it is a disguise.
        """
        surplus = len(text.replace(" ", "")) - len(self.folded.replace(" ", ""))
        if surplus < 0 or (surplus == 1 and all(len(list(run)) <= _A_DOUBLE for _, run in groupby(text))):
            return False
        digits = sum(map(str.isdigit, text)) - sum(map(str.isdigit, self.folded))
        letters = sum(map(str.isalpha, text))
        return digits <= letters and self._shape.fullmatch(text) is not None

    @functools.cached_property
    def _shape(self) -> "re2._Regexp":
        return re2.compile("".join(_run(letter, len(list(run))) for letter, run in groupby(self.folded)))


class WordList:
    """Compiled words. A text is looked up part by part, so that it takes as long with one word as with hundreds."""

    def __init__(self, written: Iterable[str]) -> None:
        words = [BlockedWord(each) for each in written]
        self._unspaced: Final = [word for word in words if word.is_unspaced]
        self._by_key: Final[dict[str, list[BlockedWord]]] = {}
        for word in words:
            for key in {word.key, key_of(word.folded.replace(" ", ""))} if not word.is_unspaced else ():
                self._by_key.setdefault(key, []).append(word)
        self._lengths: Final = frozenset(word.folded.count(" ") + 1 for word in words)

    def find(self, reading: Reading) -> Hit | None:
        """The first blocked word that a reading holds."""
        if self._by_key:
            for part in parts(reading, lengths=self._lengths):
                for word in self._by_key.get(key_of(part.text), ()):
                    if word.fits(part.text):
                        return Hit(blocked=word.written, typed=reading.typed(part.start, part.end))
        if self._unspaced:
            return self._find_within(reading)
        return None

    def _find_within(self, reading: Reading) -> Hit | None:
        text, places = squeezed(reading)
        for word in self._unspaced:
            sought = word.folded.replace(" ", "")
            at = text.find(sought)
            if at >= 0:
                return Hit(blocked=word.written, typed=reading.typed(places[at], places[at + len(sought) - 1] + 1))
        return None


@functools.lru_cache(8192)
def _words_of(written: str) -> str:
    return " ".join("".join(each if is_letter(each) else " " for each in folded(written)).split())


def key_of(text: str) -> str:
    """What all disguises of a folded text have in common: stand-ins by their class, and nothing twice in a row."""
    return _REPEATED.sub(r"\1", text.translate(_NAMES))


def most_alike(words: Sequence[BlockedWord]) -> Sequence[BlockedWord]:
    """The largest group of words that only a closer look can tell apart: so many are compared for a part of a text."""
    by_key: dict[str, list[BlockedWord]] = {}
    for word in words:
        by_key.setdefault(word.key, []).append(word)
    return max(by_key.values(), key=len, default=[])


def _run(letter: str, length: int) -> str:
    if letter == " ":
        return " ?"
    if letter.isdigit():
        return letter * length
    return f"[{re2.escape(letter)}{''.join(map(re2.escape, STAND_INS.get(letter, '')))}]{{{length},}}"
