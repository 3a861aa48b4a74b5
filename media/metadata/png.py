"""PNG chunks: walked, texts taken out and put in; see https://www.w3.org/TR/png-3/ for all of them."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from media.metadata.pieces import PARTS_MOST, Broken, Piece, exactly, length

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
XMP: Final = "XML:com.adobe.xmp"  # the keyword of an XMP packet
_FRAME: Final = 12  # bytes of a chunk beside its data: size, name, checksum
_KEYWORD: Final = 79  # bytes, the longest
_LARGEST: Final = 2**31 - 1


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
        """Behind its checksum."""
        return self.start + _FRAME + self.size


def chunks(file: BinaryIO) -> Iterator[Chunk]:
    """All chunks up to the end of the picture; their data is not read, nor their checksums.

    Raises:
        Broken: no PNG, or cut short.
    """
    total, at = length(file), len(SIGNATURE)
    file.seek(0)
    if exactly(file, at) != SIGNATURE:
        raise Broken("no PNG")
    for _ in range(PARTS_MOST):
        file.seek(at)
        size, name = struct.unpack(">I4s", exactly(file, 8))
        chunk = Chunk(name=name, start=at, size=size)
        if size > _LARGEST or chunk.end > total:
            raise Broken("a chunk reaches beyond the end")
        yield chunk
        if name == b"IEND":
            return
        at = chunk.end
    raise Broken("too many chunks")


def dimensions(file: BinaryIO) -> tuple[int, int]:
    """Width and height in pixels.

    Raises:
        Broken: it does not begin with a header.
    """
    first = next(chunks(file))
    if first.name != b"IHDR" or first.size < 8:  # noqa: PLR2004 - two numbers of four bytes
        raise Broken("no header")
    file.seek(first.data)
    width, height = struct.unpack(">II", exactly(file, 8))
    return width, height


def texts(file: BinaryIO, most: int) -> Iterator[tuple[str, str]]:
    """Keyword and text of each text chunk, in their order, until `most` bytes of text, unpacked, have been seen.

    Raises:
        Broken: no PNG, or cut short.
    """
    for chunk in chunks(file):
        if chunk.name in {b"tEXt", b"zTXt", b"iTXt"}:
            file.seek(chunk.data)
            data = exactly(file, min(chunk.size, most + 1024))
            keyword, found, rest = data.partition(b"\0")
            if found and (text := _text(chunk.name, rest, most)) is not None:
                yield keyword.decode("latin-1"), text
                most -= len(text)
            if most <= 0:
                return


def exif(file: BinaryIO, most: int) -> bytes:
    """The EXIF block, or nothing where there is none of at most `most` bytes.

    Raises:
        Broken: no PNG, or cut short.
    """
    for chunk in chunks(file):
        if chunk.name == b"eXIf" and chunk.size <= most:
            file.seek(chunk.data)
            return exactly(file, chunk.size)
    return b""


def with_texts(file: BinaryIO, written: Mapping[str, str]) -> list[Piece]:
    """The same picture with these texts by keyword, before its pixels; texts of the same keywords are left out.

    Raises:
        Broken: no PNG, or cut short.
    """
    pieces: list[Piece] = []
    at, is_written = 0, False
    for chunk in chunks(file):
        if chunk.name == b"IDAT" and not is_written:
            is_written = True
            pieces += [range(at, chunk.start), *(_text_chunk(*each) for each in written.items())]
            at = chunk.start
        elif chunk.name in {b"tEXt", b"zTXt", b"iTXt"} and _keyword(file, chunk) in written:
            pieces.append(range(at, chunk.start))
            at = chunk.end
    if not is_written:
        raise Broken("no pixels")
    return [*pieces, range(at, length(file))]


def _keyword(file: BinaryIO, chunk: Chunk) -> str:
    file.seek(chunk.data)
    return file.read(min(chunk.size, _KEYWORD + 1)).partition(b"\0")[0].decode("latin-1")


def _text_chunk(keyword: str, text: str) -> bytes:
    """As tEXt where Latin-1 has all its characters, which every tool reads; else as iTXt."""
    text = text.replace("\0", " ")
    try:
        name, data = b"tEXt", keyword.encode("latin-1") + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        name, data = b"iTXt", keyword.encode("latin-1") + b"\0\0\0\0\0" + text.encode(errors="replace")
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _text(name: bytes, rest: bytes, most: int) -> str | None:
    """The text after the keyword; None where it is packed in a way that there is no such thing as."""
    match name:
        case b"tEXt":
            return rest[:most].decode("latin-1")
        case b"zTXt":
            return _unpacked(rest[1:], most, "latin-1")
        case _:
            packed, _, fields = rest[:1], rest[1:2], rest[2:].split(b"\0", 2)
            if len(fields) != 3:  # noqa: PLR2004 - language, keyword in that language, text
                return None
            if packed == b"\x01":
                return _unpacked(fields[2], most, "utf-8")
            return fields[2][:most].decode("utf-8", "replace")


def _unpacked(data: bytes, most: int, encoding: str) -> str | None:
    """No more than `most` bytes come out, however many there are."""
    try:
        return zlib.decompressobj().decompress(data, most).decode(encoding, "replace")
    except zlib.error:
        return None
