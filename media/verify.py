"""Proves that a file is a picture by decoding all of it. Synchronous: call it in a thread."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image

PIXELS_MOST: Final = 4096 * 4096
"""Width times height that is still decoded; 16 megapixels take 64 MiB of memory as RGBA."""

# A JPEG with a second picture in it (a gain map, a preview) goes by the name MPO; its first picture is the JPEG.
_FORMATS: Final[Mapping[str, str]] = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}
_READERS: Final = ("JPEG", "PNG", "WEBP")
# What Pillow raises on bytes that are not what they claim: its own refusals (UnidentifiedImageError is an
# OSError), and whatever a parser stumbles over.
_BROKEN: Final = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    AssertionError,
    NotImplementedError,
    struct.error,
    zlib.error,
)


class NotAnImage(Exception):
    """The bytes are no picture that we accept; `reason` says why, in a few words for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What a file turned out to be."""

    format: str  # `jpeg`, `png` or `webp`, as the bytes say
    width: int  # pixels
    height: int  # pixels
    size: int  # bytes


def verify(path: Path, *, pixels_most: int = PIXELS_MOST) -> Picture:
    """Decode the whole file, whatever its name says.

    Bytes after the picture's end are tolerated: every decoder skips them, some services append
    their marks there, and the size cap of the download bounds them. Of an animation the first frame counts.

    Raises:
        NotAnImage: no JPEG, PNG or WebP, cut short, damaged, or of more than `pixels_most` pixels.
        OSError: the file cannot be opened.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        try:
            name, width, height = _decode(file, pixels_most)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise NotAnImage(f"more than {pixels_most} pixels") from bomb
        except _BROKEN as error:
            raise NotAnImage(f"cannot be decoded: {type(error).__name__}") from error
    return Picture(format=_FORMATS[name], width=width, height=height, size=size)


def _decode(file: BinaryIO, pixels_most: int) -> tuple[str, int, int]:
    # Twice, because Pillow's verify (a PNG's checksums and its end) leaves a picture that cannot be decoded.
    for whole in (False, True):
        file.seek(0)
        with Image.open(file, formats=_READERS) as picture:
            if picture.width * picture.height > pixels_most:
                raise NotAnImage(f"{picture.width} x {picture.height} is more than {pixels_most} pixels")
            if whole:
                picture.load()
                return picture.format or "", picture.width, picture.height
            picture.verify()
    raise AssertionError("the loop returns")
