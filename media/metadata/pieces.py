"""A file made of stretches of another one and of new bytes between them, so that no picture is held in memory."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final, TypeAlias

Piece: TypeAlias = bytes | range
"""New bytes, or the positions of a stretch of the source."""

_AT_ONCE: Final = 256 * 1024  # bytes


PARTS_MOST: Final = 50_000
"""Chunks or segments of one file; no program writes that many, and to count on takes time."""


class Broken(Exception):
    """The file does not have the structure that its first bytes announce."""


def exactly(file: BinaryIO, size: int) -> bytes:
    """The next `size` bytes.

    Raises:
        Broken: the file ends before.
    """
    data = file.read(size)
    if len(data) != size:
        raise Broken("the file ends too early")
    return data


def length(file: BinaryIO) -> int:
    """The file's size in bytes; moves to its end."""
    return file.seek(0, 2)


def assemble(pieces: Sequence[Piece], source: BinaryIO, target: BinaryIO) -> None:
    """Write the pieces, one after another."""
    for piece in pieces:
        if isinstance(piece, bytes):
            target.write(piece)
            continue
        source.seek(piece.start)
        target.writelines(_stretch(piece, source))


def _stretch(piece: range, source: BinaryIO) -> Iterator[bytes]:
    for at in range(piece.start, piece.stop, _AT_ONCE):
        yield exactly(source, min(_AT_ONCE, piece.stop - at))
