"""Trigger words: which of them a prompt lacks, and the prompt with them."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_EDGE: Final = re.compile(r"[a-z0-9_]")  # writing that puts spaces between words


def missing_from(prompt: str, triggers: Iterable[str]) -> tuple[str, ...]:
    """The trigger words that the prompt lacks, in their order, each once.

    Case, kind of space and width of letters make no difference; `fox` is not in `foxglove`, but `猫` is in `黒猫`.
    """
    text = _folded(prompt)
    missing: list[str] = []
    for trigger in triggers:
        word = _folded(trigger)
        if word and not _holds(text, word):
            missing.append(trigger)
            text = f"{text}, {word}"
    return tuple(missing)


def with_words(prompt: str, words: tuple[str, ...]) -> str:
    """The prompt with words after it; `ImageRequest.typed_prompt` takes them off again."""
    return ", ".join([prompt, *words])


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _holds(text: str, word: str) -> bool:
    before = r"(?<![a-z0-9_])" if _EDGE.match(word[0]) else ""
    after = r"(?![a-z0-9_])" if _EDGE.match(word[-1]) else ""
    return re.search(f"{before}{re.escape(word)}{after}", text) is not None
