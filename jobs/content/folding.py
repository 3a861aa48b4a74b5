"""A text without its disguise: case, accents, width, invisible and look-alike characters are gone."""

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jobs.content.lookalikes import EITHER, LOOKALIKES, SIGNS

_ZERO_WIDTH_SPACE: Final = "\u200b"  # seen by nobody; to Unicode it ends a word all the same
_PARTS: Final = 4
_BLANKS: Final = frozenset("\u115f\u1160\u2800")  # look like a space, and are none to Unicode
_INVISIBLE: Final = (
    (0x034F, 0x034F), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0xFE00, 0xFE0F), (0xFFF0, 0xFFF8),
    (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Default_Ignorable_Code_Point of https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt, as far as
no general category says so."""
_ACCENTS: Final = (
    (0x0300, 0x036F), (0x0483, 0x0489), (0x0591, 0x05BD), (0x05BF, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F),
    (0x0670, 0x0670), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F),
)  # fmt: skip
"""Marks that a word is read without. The vowel signs of India and Thailand and Japan's ゛ are none: they make words."""
_DROPPED: Final = frozenset(chr(code) for first, last in (*_INVISIBLE, *_ACCENTS) for code in range(first, last + 1))


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A way to read a text: folded characters, and of each the place in the text that it comes from."""

    text: str
    places: tuple[int, ...]
    source: str

    def typed(self, start: int, end: int) -> str:
        """What stands in the text where this reading has `start` to `end`."""
        return self.source[self.places[start] : self.places[end - 1] + 1]


def readings(text: str) -> tuple[Reading, ...]:
    """The text with signs for letters (`b!tch`), and, where that differs, with signs that end words (`bad!`)."""
    text = text.encode("utf-8", "replace").decode()  # half a character pair is no character; it leaves a `?`
    folded, places = _plain(text) if _is_plain(text) else _seen(text)
    letters = [(each, place) for each, place in zip(folded, places, strict=True) if each != _ZERO_WIDTH_SPACE]
    within = _SHOUT.sub(lambda shout: "," * len(shout[0]), "".join(each for each, _ in letters))
    first = Reading(text=within, places=tuple(place for _, place in letters), source=text)
    ends = "".join(folded).translate(_ENDS)
    if len(ends) == len(within) and within.translate(_ENDS) == within:
        return (first,)  # there are no signs
    return first, Reading(text=ends, places=tuple(places), source=text)


def _is_plain(text: str) -> bool:
    """Whether only its case has to be undone, as with most prompts."""
    return text.isascii() and text.isprintable() and _EITHER.search(text) is None


def _plain(text: str) -> tuple[Sequence[str], Sequence[int]]:
    return text.lower(), range(len(text))


def _seen(text: str) -> tuple[Sequence[str], Sequence[int]]:
    folded: list[str] = []
    places: list[int] = []
    before = ""
    for place, character in enumerate(text):
        seen = EITHER if character == "I" and before.islower() else _folded(character)
        folded += seen
        places += [place] * len(seen)
        before = EITHER if seen == EITHER else character
    return folded, places


def folded(text: str) -> str:
    """The first reading alone."""
    return readings(text)[0].text


@functools.lru_cache(8192)
def is_letter(character: str) -> bool:
    """Whether a folded character is part of a word."""
    return character.isalnum() or character in SIGNS or unicodedata.category(character) in {"Mn", "Mc"}


_ENDS: Final = str.maketrans(dict.fromkeys(SIGNS, "-") | {_ZERO_WIDTH_SPACE: " "})
_EITHER: Final = re.compile("[a-z]I")
_SHOUT: Final = re.compile(r"(?<![\w@$|+€¢])!+|!+(?![\w@$|+€¢])")
"""What no letter stands beside on both sides, stands for none."""


@functools.lru_cache(8192)
def _folded(character: str) -> str:
    return "".join(
        LOOKALIKES.get(small, small)
        for part in _decomposed(LOOKALIKES.get(character, character))
        for small in _decomposed(LOOKALIKES.get(part, _spaced(part)).casefold())
        if not _is_dropped(small)
    )


def _decomposed(character: str) -> str:
    """Its compatibility decomposition, unless that is a whole sentence, as some signs of Arabic and Japanese have."""
    parts = unicodedata.normalize("NFKD", character)
    return parts if len(parts) <= _PARTS else character


def _spaced(character: str) -> str:
    return " " if character.isspace() or character in _BLANKS else character


def _is_dropped(character: str) -> bool:
    if character == _ZERO_WIDTH_SPACE:
        return False
    return character in _DROPPED or unicodedata.category(character) in {"Cf", "Cc"}
