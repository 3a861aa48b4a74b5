"""Vendors' texts made safe: they may echo the prompt or the key, and both must stay out of every log."""

import json
import re
from collections.abc import Iterable
from typing import Final

DETAIL_LONGEST: Final = 300  # characters
_READ_LONGEST: Final = 20_000  # characters; what comes after is not looked at
_SECRET_RUN: Final = 6  # characters of a key in a row that may not be shown
_PROMPT_RUN: Final = 12  # the same for a prompt: shorter runs are everyday words
_QUERY: Final = re.compile(r"(https?://[^\s?#\"'<>]*)[?#][^\s\"'<>]*", re.IGNORECASE)


class Scrubber:
    """Removes from a vendor's text what must not be shown: secrets, the prompt, queries of URLs.

    Parts of them too, since vendors shorten what they echo: any run of 6 characters of a secret, of 12 of
    the prompt. A prompt shorter than that is replaced where it stands as words of its own.
    """

    def __init__(self, *, secrets: Iterable[str], prompt: str = "") -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        prompt = _one_line(prompt)
        # A vendor that quotes our request quotes it as JSON.
        self._prompts = tuple({prompt, json.dumps(prompt)[1:-1]}) if prompt else ()

    def clean(self, text: str, *, longest: int = DETAIL_LONGEST) -> str:
        """One line of at most `longest` characters, with nothing in it that must not be shown."""
        text = _one_line(text[:_READ_LONGEST])
        text = _hide(text, self._secrets, mark="[key]", run=_SECRET_RUN)
        text = _hide(text, self._prompts, mark="[prompt]", run=_PROMPT_RUN)
        text = _QUERY.sub(r"\1", text)
        return text if len(text) <= longest else text[: longest - 1] + "…"


def _one_line(text: str) -> str:
    # Lone surrogates, which JSON can write but no log or database, are not printable either.
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _hide(text: str, secrets: Iterable[str], *, mark: str, run: int) -> str:
    runs: set[str] = set()
    for secret in secrets:
        if len(secret) < run:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", mark, text, flags=re.IGNORECASE)
        pattern = _lower(secret)
        runs.update(pattern[start : start + run] for start in range(len(pattern) - run + 1))
    lowered = _lower(text)
    parts: list[str] = []
    hidden = 0  # up to where the text has been kept or hidden
    for start in range(len(lowered) - run + 1):
        if lowered[start : start + run] not in runs:
            continue
        if start > hidden or not parts:
            parts += [text[hidden:start], mark]
        hidden = start + run
    return "".join([*parts, text[hidden:]])


def _lower(text: str) -> str:
    # Letter by letter, and only where the length stays, so that positions mean the same in both.
    return "".join(lower if len(lower := letter.lower()) == 1 else letter for letter in text)
