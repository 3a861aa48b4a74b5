"""Pictures that cannot be compressed, for whoever needs large results and does not look at them."""

import math
import random
from io import BytesIO

from PIL import Image

_PIXEL = 3  # bytes


def side_of(size: int) -> int:
    """Return the width and height in pixels of a picture of about so many bytes."""
    return max(1, round(math.sqrt(size / _PIXEL)))


def noise(size: int) -> bytes:
    """Return a PNG of about `size` bytes, always the same. Blocking: call it in a thread."""
    side = side_of(size)
    pixels = random.Random(size).randbytes(side * side * _PIXEL)  # noqa: S311 - nobody's secret
    out = BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(out, "PNG", compress_level=0)
    return out.getvalue()
