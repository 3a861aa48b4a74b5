"""Small pictures of large ones, for lists. Synchronous: call it in a thread."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

SIDE: Final = 240  # pixels at most; a list shows them at eighty points, screens have up to three pixels a point
_QUALITY: Final = 80


def thumbnail(path: Path) -> bytes:
    """A WebP of at most 240 × 240 pixels, some ten kilobytes; the picture must have been verified.

    Raises:
        OSError: the file cannot be read; FileNotFoundError: it is gone.
    """
    with Image.open(path) as picture:
        picture.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded at an eighth of its size where that is enough
        small = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    small.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    small.save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()
