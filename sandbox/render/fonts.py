"""The one typeface of all drawings, and which characters it has."""

from enum import StrEnum
from importlib.resources import files
from io import BytesIO
from typing import Final

from PIL import ImageFont

_PACKAGE: Final = "font_source_sans_pro"
_ABSENT: Final = "\U0010ffff"  # no font has it: drawn as the sign for a missing character


class Face(StrEnum):
    """A weight and slant; the value is the end of its file's name."""

    REGULAR = "Regular"
    ITALIC = "It"
    SEMIBOLD = "Semibold"
    BOLD = "Bold"
    BOLD_ITALIC = "BoldIt"


class Fonts:
    """Fonts of one drawing; make a new one in each thread, as FreeType's faces are not to be shared."""

    def __init__(self) -> None:
        self._bytes: dict[Face, bytes] = {}
        self._sized: dict[tuple[Face, int], ImageFont.FreeTypeFont] = {}
        self._known: dict[str, bool] = {}
        self._absent: bytes | None = None

    def get(self, face: Face, px: int) -> ImageFont.FreeTypeFont:
        """Return a face at a size in device pixels (at least 1)."""
        key = (face, px)
        if key not in self._sized:
            if face not in self._bytes:
                path = files(_PACKAGE).joinpath("files", f"SourceSansPro-{face.value}.ttf")
                self._bytes[face] = path.read_bytes()
            # Basic layout: the same on every machine, with or without Raqm.
            self._sized[key] = ImageFont.truetype(BytesIO(self._bytes[face]), px, layout_engine=ImageFont.Layout.BASIC)
        return self._sized[key]

    def has(self, char: str) -> bool:
        """Tell whether the typeface draws this character (spaces count as drawn)."""
        if char not in self._known:
            self._known[char] = char.isspace() or self._shape(char) != self._shape_of_absent()
        return self._known[char]

    def _shape_of_absent(self) -> bytes:
        if self._absent is None:
            self._absent = self._shape(_ABSENT)
        return self._absent

    def _shape(self, char: str) -> bytes:
        mask = self.get(Face.REGULAR, 24).getmask(char)
        return bytes(mask) + bytes(mask.size)
