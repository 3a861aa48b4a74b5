"""The typefaces of the charts, and which characters they have. Synchronous: call it in a thread."""

import functools
import unicodedata
from collections.abc import Sequence
from importlib.resources import as_file, files
from typing import Final

FAMILIES: Final = ("Source Sans Pro", "DejaVu Sans")
"""The second, which matplotlib brings along, has Greek, Cyrillic and many signs that the first lacks."""

_FACES: Final = ("Regular", "Bold")  # the weights that both families have


@functools.cache
def load() -> Sequence[str]:
    """Make the first typeface known to matplotlib, once; returns the families to set text in."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - takes 55 MB and a second; see drawing.py

    for face in _FACES:
        with as_file(files("font_source_sans_pro") / "files" / f"SourceSansPro-{face}.ttf") as path:
            fontManager.addfont(path)
    return FAMILIES


def has_all(text: str) -> bool:
    """Whether every character of it can be drawn."""
    return all(_has(char) for char in text)


def drawable(text: str) -> str:
    """What can be drawn of a text that is not ours; empty where no letter or digit is left of it."""
    words = unicodedata.normalize("NFC", text).split()
    left = " ".join(filter(None, ("".join(filter(_has, word)) for word in words)))
    return left if any(char.isalnum() for char in left) else ""


def _has(char: str) -> bool:
    # Controls, joiners and marks that combine have no place of their own; what runs from right to left is not shaped.
    if unicodedata.category(char)[0] in "CM" or unicodedata.bidirectional(char) in {"R", "AL"}:
        return False
    return ord(char) in _known()


@functools.cache
def _known() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font  # noqa: PLC0415 - as above

    load()
    return frozenset(code for family in FAMILIES for code in get_font(findfont(FontProperties(family))).get_charmap())
