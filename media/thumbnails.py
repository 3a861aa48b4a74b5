"""Small pictures of large ones, for lists. Synchronous: call it in a thread."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

PREVIEW_SIDE: Final = 768  # pixels at most; enough to judge what is seen
SIDE: Final = 240  # pixels at most; a list shows them at eighty points, screens have up to three pixels a point
_QUALITY: Final = 80


def thumbnail(path: Path) -> bytes:
    """A WebP of at most 240 × 240 pixels, some ten kilobytes; the picture must have been verified.

    Raises:
        OSError: the file cannot be read; FileNotFoundError: it is gone.
    """
    return _small(path, SIDE)


def preview(data: bytes) -> bytes:
    """A WebP of at most 768 × 768 pixels, some hundred kilobytes, without what is written into the picture.

    The picture must have been verified.

    Raises:
        OSError: it cannot be read.
    """
    return _small(io.BytesIO(data), PREVIEW_SIDE)


def _small(source: Path | io.BytesIO, side: int) -> bytes:
    with Image.open(source) as picture:
        picture.draft("RGB", (side, side))  # a JPEG is decoded at an eighth of its size where that is enough
        small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()
