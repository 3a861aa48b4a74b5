"""What of a reading may be a word: words, words written with hyphens, letters that stand apart, several words."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from jobs.content.folding import Reading, is_letter

_SET_APART: Final = frozenset(" '’‘ʼ`,;:()[]{}<>\"“”„«»?!")  # noqa: RUF001 - as people type them
"""What ends a word for good: `he'll` is not what it would be without the apostrophe. All else joins too: `ba-d`."""
_APOSTROPHES: Final = frozenset("'’‘`")  # noqa: RUF001 - as people type them
_DIGITS: Final = "0123456789"
_ALONE: Final = frozenset("aeioy")  # letters that are words, in one language or another


class Part(NamedTuple):
    """Something that may be a word, and where the reading has it."""

    text: str  # several words with a space between them
    start: int
    end: int


def parts(reading: Reading, *, lengths: Collection[int]) -> Iterator[Part]:
    """Everything that may be a word or, of so many words in a row as `lengths` says, an expression.

    Of each character at most a few parts are made, so that all of them are as long as the text, but for a factor.
    """
    words = list(_words(reading.text))
    yield from words
    yield from filter(None, map(_without_number, words))
    for length in lengths:
        if length > 1:
            yield from (_together(words[at : at + length], " ") for at in range(len(words) - length + 1))
    gaps = [reading.text[one.end : other.start] for one, other in pairwise(words)]
    for row in _rows(words, [_SET_APART.isdisjoint(gap) for gap in gaps]):
        if any(word.text.isalpha() for word in row):
            yield _together(row, "")
    singles = [len(one.text) == len(other.text) == 1 for one, other in pairwise(words)]
    for row in _rows(words, singles):
        if len(row) == len("id") and not _APOSTROPHES.isdisjoint(reading.text[row[0].end : row[1].start]):
            continue  # `I'd`
        yield _together(row, "")
        if row[0].text in _ALONE and " " in reading.text[row[0].end : row[1].start]:
            yield _together(row[1:], "")  # `a b a d fox`


def squeezed(reading: Reading) -> tuple[str, Sequence[int]]:
    """All letters without what is between them, and where the reading has each."""
    at = [place for place, character in enumerate(reading.text) if is_letter(character)]
    return "".join(reading.text[place] for place in at), at


def _words(text: str) -> Iterator[Part]:
    start = 0
    for at, character in enumerate(f"{text} "):
        if is_letter(character):
            continue
        if at > start:
            yield Part(text[start:at], start, at)
        start = at + 1


def _without_number(word: Part) -> Part | None:
    """A word without the digits that stand before or behind it, as in `bad2`; None where there are none."""
    head, tail = word.text.lstrip(_DIGITS), word.text.rstrip(_DIGITS)
    if not head or len(head) == len(tail) == len(word.text):
        return None
    start, end = word.end - len(head), word.start + len(tail)
    return Part(word.text[start - word.start : end - word.start], start, end)


def _rows(words: Sequence[Part], joined: Sequence[bool]) -> Iterator[Sequence[Part]]:
    """Longest rows of two words and more, of which each is joined to the next."""
    start = 0
    for at in range(len(words)):
        if at < len(joined) and joined[at]:
            continue
        if at > start:
            yield words[start : at + 1]
        start = at + 1


def _together(row: Sequence[Part], between: str) -> Part:
    return Part(between.join([part.text for part in row]), row[0].start, row[-1].end)
