"""WebP chunks: walked, EXIF and XMP taken out and put in.

https://developers.google.com/speed/webp/docs/riff_container
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from media.metadata.pieces import PARTS_MOST, Broken, Piece, exactly, length

HEADER: Final = 12  # bytes: RIFF, size, WEBP
EXIF: Final = b"EXIF"
XMP: Final = b"XMP "
_HAS_XMP, _HAS_EXIF, _HAS_ALPHA = 0x04, 0x08, 0x10
_EXTENDED: Final = 10  # bytes of a VP8X chunk's data
_LOSSY_START: Final = b"\x9d\x01\x2a"
_LOSSLESS_START: Final = b"\x2f"


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """Where a chunk lies."""

    name: bytes
    start: int
    size: int  # bytes of its data

    @property
    def data(self) -> int:
        """Where its data begins."""
        return self.start + 8

    @property
    def end(self) -> int:
        """Behind its data and what fills it up to an even size."""
        return self.data + self.size + self.size % 2


def is_webp(head: bytes) -> bool:
    """Whether a file that begins so announces a WebP."""
    return head[:4] == b"RIFF" and head[8:HEADER] == b"WEBP"


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """All chunks; what may follow the picture is none of them.

    Raises:
        Broken: no WebP, or cut short.
    """
    total, at = length(file), HEADER
    file.seek(0)
    head = exactly(file, HEADER)
    if not is_webp(head):
        raise Broken("no WebP")
    end = 8 + struct.unpack("<I", head[4:8])[0]
    if end > total + 1:  # some writers leave the last filling byte out
        raise Broken("the file ends too early")
    for _ in range(PARTS_MOST):
        if at + 8 > min(end, total):
            return
        file.seek(at)
        name, size = struct.unpack("<4sI", exactly(file, 8))
        chunk = Chunk(name=name, start=at, size=size)
        if chunk.data + size > min(end, total):
            raise Broken("a chunk reaches beyond the end")
        yield chunk
        at = chunk.end
    raise Broken("too many chunks")


def dimensions(file: BinaryIO) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        Broken: no WebP, or cut short before it says so.
    """
    width, height, _ = _canvas(file)
    return width, height


def block(file: BinaryIO, name: bytes, most: int) -> bytes:
    """The data of the first chunk of this name, or nothing where there is none of at most `most` bytes.

    Raises:
        Broken: no WebP, or cut short.
    """
    for chunk in chunks(file):
        if chunk.name == name and chunk.size <= most:
            file.seek(chunk.data)
            return exactly(file, chunk.size)
    return b""


def with_blocks(file: BinaryIO, *, exif: bytes, xmp: bytes) -> list[Piece]:
    """The same picture with these two blocks instead of its own.

    Raises:
        Broken: no WebP, or cut short.
    """
    width, height, flags = _canvas(file)
    flags |= _HAS_EXIF | _HAS_XMP
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    pieces: list[Piece] = [_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)]
    end = HEADER
    for chunk in chunks(file):
        end = min(chunk.end, length(file))
        if chunk.name not in {b"VP8X", EXIF, XMP}:
            pieces.append(range(chunk.start, end))
            if end < chunk.end:
                pieces.append(b"\0")
    pieces += [_chunk(EXIF, exif), _chunk(XMP, xmp)]
    size = 4 + sum(len(piece) for piece in pieces)
    return [b"RIFF" + struct.pack("<I", size) + b"WEBP", *pieces, range(end, length(file))]


def _canvas(file: BinaryIO) -> tuple[int, int, int]:
    """Width, height, and the flags of the extended form."""
    first = next(chunks(file), None)
    if first is None:
        raise Broken("no picture")
    file.seek(first.data)
    data = exactly(file, min(first.size, _EXTENDED))
    match first.name:
        case b"VP8X" if len(data) == _EXTENDED:
            return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little"), data[0]
        case b"VP8 " if len(data) == _EXTENDED and data[3:6] == _LOSSY_START:
            width, height = struct.unpack("<HH", data[6:10])
            return width & 0x3FFF, height & 0x3FFF, 0
        case b"VP8L" if len(data) >= 5 and data[:1] == _LOSSLESS_START:  # noqa: PLR2004 - as long as its header is
            bits = int.from_bytes(data[1:5], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), _HAS_ALPHA if bits >> 28 & 1 else 0
        case _:
            raise Broken("no picture")


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
