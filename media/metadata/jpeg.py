"""JPEG segments before the pixels: walked, EXIF and XMP taken out and put in. ITU-T T.81 annex B; XMP part 3, 1.1.3."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from media.metadata.pieces import PARTS_MOST, Broken, Piece, exactly, length

SIGNATURE: Final = b"\xff\xd8\xff"
EXIF: Final = b"Exif\0\0"
XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_SOI: Final = 2  # bytes of the mark at the start
_LARGEST: Final = 0xFFFF - 2  # bytes of a segment's data
_APP0, _APP1, _SOS, _EOI = 0xE0, 0xE1, 0xDA, 0xD9
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD8)})  # marks without data


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """Where a segment lies."""

    mark: int
    start: int
    data: int
    end: int


def segments(file: BinaryIO) -> Iterator[Segment]:
    """All segments before the pixels.

    Raises:
        Broken: no JPEG, or cut short.
    """
    total, at = length(file), _SOI
    file.seek(0)
    if exactly(file, len(SIGNATURE)) != SIGNATURE:
        raise Broken("no JPEG")
    for _ in range(PARTS_MOST):
        start = at
        file.seek(at)
        while (byte := exactly(file, 1)) == b"\xff":  # any number of these fills up
            at += 1
        if at == start:
            raise Broken("no mark where one should be")
        mark, at = byte[0], at + 1
        if mark in {_SOS, _EOI}:
            return
        if mark in _BARE:
            yield Segment(mark=mark, start=start, data=at, end=at)
            continue
        (size,) = struct.unpack(">H", exactly(file, 2))
        end = at + size
        if size < 2 or end > total:  # noqa: PLR2004 - the size counts itself
            raise Broken("a segment reaches beyond the end")
        yield Segment(mark=mark, start=start, data=at + 2, end=end)
        at = end
    raise Broken("too many segments")


def dimensions(file: BinaryIO) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        Broken: no JPEG, or cut short before it says so.
    """
    for segment in segments(file):
        if segment.mark in _FRAMES:
            file.seek(segment.data + 1)
            height, width = struct.unpack(">HH", exactly(file, 4))
            return width, height
    raise Broken("no frame")


def block(file: BinaryIO, label: bytes) -> bytes:
    """What stands behind this label in the first segment that has it, or nothing.

    Raises:
        Broken: no JPEG, or cut short.
    """
    for segment in segments(file):
        if _has(file, segment, label):
            file.seek(segment.data + len(label))
            return exactly(file, segment.end - segment.data - len(label))
    return b""


def with_blocks(file: BinaryIO, *, exif: bytes, xmp: bytes) -> list[Piece]:
    """The same picture with these two blocks instead of its own; a block too long for a segment changes nothing.

    Raises:
        Broken: no JPEG, or cut short.
    """
    written = {label: data for label, data in ((EXIF, exif), (XMP, xmp)) if len(label) + len(data) <= _LARGEST}
    new = b"".join(_segment(label + data) for label, data in written.items())
    place, left_out = _SOI, []
    for segment in segments(file):
        if segment.mark == _APP0 and segment.start == place:  # JFIF wants to be the first
            place = segment.end
        elif any(_has(file, segment, label) for label in written):
            left_out.append(segment)
    pieces: list[Piece] = [range(place), new]
    at = place
    for segment in left_out:
        pieces.append(range(at, segment.start))
        at = segment.end
    return [*pieces, range(at, length(file))]


def _has(file: BinaryIO, segment: Segment, label: bytes) -> bool:
    if segment.mark != _APP1 or segment.end - segment.data < len(label):
        return False
    file.seek(segment.data)
    return exactly(file, len(label)) == label


def _segment(data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, _APP1, len(data) + 2) + data
