"""Blocked patterns: regular expressions of RE2, which reads each character of a text once, whatever the pattern is."""

from collections.abc import Iterable, Sequence
from typing import Final

import re2

from jobs.content.folding import Reading
from jobs.content.words import Hit
from jobs.sentence import Sentence, say

LONGEST: Final = 200  # characters of a pattern
_MEMORY: Final = 1024 * 1024  # bytes that a compiled pattern may take; beyond it RE2 is slower, and still linear
SIZE_MOST: Final = 1_500
"""RE2 instructions of all patterns together: at worst so many steps for each character of a text, of ten to twenty
nanoseconds each where a pattern needs more memory than it may take. Nobody else is answered meanwhile."""


class PatternList:
    """Compiled patterns. Each is looked for in a text as it was typed, and in what is left without its disguise."""

    def __init__(self, written: Iterable[str]) -> None:
        """Compile them.

        Raises:
            re2.error: one of them is no pattern; `pattern_fault` says so in words.
        """
        self._patterns: Final = [(each, _compiled(each)) for each in written]

    @property
    def size(self) -> int:
        """RE2 instructions of all of them."""
        return sum(pattern.programsize for _, pattern in self._patterns)

    def find(self, readings: Sequence[Reading]) -> Hit | None:
        """The first pattern that the readings of a text hold, or the text itself; the same is never searched twice."""
        source = readings[0].source
        others = [reading for reading in readings if reading.text != source]
        for written, pattern in self._patterns:
            if as_typed := pattern.search(source):
                return Hit(blocked=written, typed=as_typed[0])
            for reading in others:
                if folded := pattern.search(reading.text):
                    return Hit(blocked=written, typed=reading.typed(*folded.span()))
        return None


def pattern_fault(written: str) -> Sentence | None:
    """Why it cannot be a pattern."""
    if not written.strip():
        return say("A pattern is empty: write at least a character.")
    if len(written) > LONGEST:
        return say("A pattern has at most {longest} characters: `{pattern}` …", longest=LONGEST, pattern=written[:40])
    try:
        pattern = _compiled(written)
    except re2.error as error:
        return say("`{pattern}` is no pattern for RE2: {reason}.", pattern=written, reason=_text_of(error))
    if pattern.programsize > SIZE_MOST:
        return say("`{pattern}` is too large: repeat less in it.", pattern=written)
    if pattern.search("") is not None:
        return say("`{pattern}` fits every prompt, an empty one too: write what has to be there.", pattern=written)
    return None


def patterns_fault(written: Sequence[str]) -> Sentence | None:
    """Why several patterns, each of them good, are too much together."""
    if PatternList(written).size > SIZE_MOST:
        return say("All patterns together are too large: remove some, or repeat less in them.")
    return None


def _compiled(written: str) -> "re2._Regexp":
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = False, False, _MEMORY
    return re2.compile(written, options)


def _text_of(error: re2.error) -> str:
    reason = error.args[0]
    return reason.decode() if isinstance(reason, bytes) else str(reason)
