"""Makes pictures small enough to be uploaded, over as few messages as it takes. Synchronous: call it in a thread."""

import enum
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

QUALITIES: Final = (95, 90, 85, 80, 75, 70, 65, 60)
"""The steps that are tried, the best first; below 60 the loss is plain to see."""

MARGIN: Final = 64 * 1024
"""Bytes left free for what else the upload carries: the embed's JSON and the form's boundaries."""

MOST_FILES: Final = 9
"""Pictures in one message; Discord takes ten files, and one of them may be the prompt."""

_PREVIEW_QUALITY: Final = 80
_PREVIEW_STEP: Final = math.sqrt(0.5)  # each smaller preview has half the pixels of the one before


class Change(enum.IntEnum):
    """What was done to a picture, the least first."""

    NONE = 0
    ENCODED = 1  # again, with the same pixels
    SHRUNK = 2  # to fewer pixels: a preview


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A picture as it can be uploaded."""

    path: Path
    change: Change


class TooLarge(Exception):
    """Not even a preview of one pixel fits."""


def fit(paths: Sequence[Path], limit_bytes: int, folder: Path, *, margin: int = MARGIN) -> list[list[Fitted]]:
    """Return messages of pictures in the same order, each of at most `limit_bytes - margin` bytes and nine pictures.

    Pictures that fit together as they are stay untouched and keep their paths. Otherwise all of them are encoded again
    with the same pixels, at the best quality at which they still fit into one message. If there is none, they go
    into several messages, each picture as good as it fits alone, and one that does not even fit alone as a smaller
    preview. What is encoded (as WebP when it has transparency or was WebP, else as JPEG) lies in `folder` under
    its own stem; a picture that would not get smaller stays as it is. The pictures must have been verified.
    The same pictures and the same limit give the same messages.

    Raises:
        TooLarge: the limit leaves no room for any picture.
        ValueError: two pictures have the same stem, or `folder` holds the originals.
        OSError: a file cannot be read or written.
    """
    allowed = limit_bytes - margin
    if _fits([path.stat().st_size for path in paths], allowed):
        return [[Fitted(path=path, change=Change.NONE) for path in paths]]
    if len({path.stem for path in paths}) < len(paths):
        raise ValueError("two pictures have the same stem")
    if any(path.parent.resolve() == folder.resolve() for path in paths):
        raise ValueError("the folder holds the originals")
    together = _encoded_together(paths, allowed)
    if together is not None:
        return [[_settled(picture, folder) for picture in together]]
    alone = [_settled(_encoded_alone(path, allowed), folder) for path in paths]
    return list(_packed(alone, allowed))


@dataclass(frozen=True, kw_only=True)
class _Encoded:
    original: Path
    data: bytes = b""
    suffix: str = ""
    change: Change = Change.NONE

    @property
    def size(self) -> int:
        return len(self.data) if self.change else self.original.stat().st_size


def _fits(sizes: Sequence[int], allowed: int) -> bool:
    return sum(sizes) <= allowed and len(sizes) <= MOST_FILES


def _encoded_together(paths: Sequence[Path], allowed: int) -> list[_Encoded] | None:
    for quality in QUALITIES:
        encoded = [_smaller(path, quality) for path in paths]
        if _fits([picture.size for picture in encoded], allowed):
            return encoded
    return None


def _encoded_alone(path: Path, allowed: int) -> _Encoded:
    if path.stat().st_size <= allowed:
        return _Encoded(original=path)
    for quality in QUALITIES:
        encoded = _smaller(path, quality)
        if encoded.size <= allowed:
            return encoded
    return _preview(path, allowed)


def _preview(path: Path, allowed: int) -> _Encoded:
    with Image.open(path) as picture:
        side = max(picture.size)
    while side > 1:
        side = max(1, int(side * _PREVIEW_STEP))
        data, suffix = _encode(path, _PREVIEW_QUALITY, side=side)
        if len(data) <= allowed:
            return _Encoded(original=path, data=data, suffix=suffix, change=Change.SHRUNK)
    raise TooLarge(f"{allowed} bytes are too few for any picture")


def _smaller(path: Path, quality: int) -> _Encoded:
    data, suffix = _encode(path, quality)
    if len(data) >= path.stat().st_size:
        return _Encoded(original=path)
    return _Encoded(original=path, data=data, suffix=suffix, change=Change.ENCODED)


def _encode(path: Path, quality: int, *, side: int | None = None) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    with Image.open(path) as picture:
        # The colour profile and the orientation change what is seen; all other metadata may go.
        seen = {key: value for key in ("icc_profile", "exif") if (value := picture.info.get(key))}
        transparent, is_webp = picture.has_transparency_data, picture.format == "WEBP"
        if side is not None:
            picture.thumbnail((side, side))
        if transparent or is_webp:
            picture.convert("RGBA" if transparent else "RGB").save(buffer, "WEBP", quality=quality, method=2, **seen)
            return buffer.getvalue(), ".webp"
        picture.convert("RGB").save(buffer, "JPEG", quality=quality, optimize=True, **seen)
        return buffer.getvalue(), ".jpg"


def _settled(picture: _Encoded, folder: Path) -> Fitted:
    if not picture.change:
        return Fitted(path=picture.original, change=Change.NONE)
    path = folder / f"{picture.original.stem}{picture.suffix}"
    path.write_bytes(picture.data)
    return Fitted(path=path, change=picture.change)


def _packed(pictures: Sequence[Fitted], allowed: int) -> Iterator[list[Fitted]]:
    """In their order, as many into each message as it holds."""
    message: list[Fitted] = []
    size = 0
    for picture in pictures:
        own = picture.path.stat().st_size
        if message and (size + own > allowed or len(message) == MOST_FILES):
            yield message
            message, size = [], 0
        message.append(picture)
        size += own
    yield message
