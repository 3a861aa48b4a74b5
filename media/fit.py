"""Makes pictures small enough to be uploaded together. Synchronous: call it in a thread."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image

QUALITIES: Final = (95, 90, 85, 80, 75, 70, 65, 60)
"""The steps that are tried, the best first; below 60 the loss is plain to see."""

MARGIN: Final = 64 * 1024
"""Bytes left free for what else the upload carries: the embed's JSON and the form's boundaries."""


class TooLarge(Exception):
    """Even the lowest quality does not fit; sizes in bytes."""

    def __init__(self, *, smallest: int, limit: int) -> None:
        super().__init__(f"{smallest} bytes at the lowest quality, {limit} allowed")
        self.smallest = smallest
        self.limit = limit


def fit(paths: Sequence[Path], limit_bytes: int, folder: Path, *, margin: int = MARGIN) -> list[Path]:
    """Return files that together have at most `limit_bytes - margin` bytes, in the same order.

    Pictures that fit as they are stay untouched and keep their paths. Otherwise each is encoded again
    with the same pixels, all at one quality (as WebP when it has transparency or was WebP, else as JPEG), into `folder`
    under its own stem; one that would not get smaller stays as it is. The pictures must have been verified.

    Raises:
        TooLarge: not even at the lowest quality.
        ValueError: two pictures have the same stem, or `folder` holds the originals.
        OSError: a file cannot be read or written.
    """
    allowed = limit_bytes - margin
    sizes = [path.stat().st_size for path in paths]
    if sum(sizes) <= allowed:
        return list(paths)
    if len({path.stem for path in paths}) < len(paths):
        raise ValueError("two pictures have the same stem")
    if any(path.parent.resolve() == folder.resolve() for path in paths):
        raise ValueError("the folder holds the originals")
    smallest = sum(sizes)
    for quality in QUALITIES:
        encoded = [_encode(path, quality) for path in paths]
        total = sum(min(size, len(data)) for size, (data, _) in zip(sizes, encoded, strict=True))
        if total <= allowed:
            return [
                _write(folder / f"{path.stem}{suffix}", data) if len(data) < size else path
                for path, size, (data, suffix) in zip(paths, sizes, encoded, strict=True)
            ]
        smallest = min(smallest, total)
    raise TooLarge(smallest=smallest, limit=allowed)


def _encode(path: Path, quality: int) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    with Image.open(path) as picture:
        # The colour profile and the orientation change what is seen; all other metadata may go.
        seen = {key: value for key in ("icc_profile", "exif") if (value := picture.info.get(key))}
        transparent = picture.has_transparency_data
        if transparent or picture.format == "WEBP":
            picture.convert("RGBA" if transparent else "RGB").save(buffer, "WEBP", quality=quality, method=2, **seen)
            return buffer.getvalue(), ".webp"
        picture.convert("RGB").save(buffer, "JPEG", quality=quality, optimize=True, **seen)
        return buffer.getvalue(), ".jpg"


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
