"""EXIF blocks: the user comment read and set, whatever else they hold left where it is. EXIF 2.32, TIFF 6.0."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from media.metadata.pieces import Broken

_EXIF_IFD: Final = 0x8769
_USER_COMMENT: Final = 0x9286
_ASCII, _LONG, _UNDEFINED = 2, 4, 7
_WIDTHS: Final[Mapping[int, int]] = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
_INLINE: Final = 4  # bytes that stand in the entry itself
_ENTRY: Final = 12
_UNICODE: Final = b"UNICODE\0"
_PLAIN: Final = b"ASCII\0\0\0"
_LABEL: Final = 8  # bytes at the start of a user comment that say how it is written
_EMPTY: Final = b"II*\0\x08\0\0\0" + b"\0\0" + b"\0\0\0\0"  # a directory without entries


def comment_of(block: bytes) -> str:
    """The user comment; empty where there is none, or nothing that can be read."""
    try:
        tiff = _Tiff.parse(block)
        found = next((entry for entry in tiff.directory(tiff.exif_at()) if entry.tag == _USER_COMMENT), None)
        data = tiff.value(found) if found is not None else b""
    except Broken:
        return ""
    label, text = data[:_LABEL], data[_LABEL:]
    match label:
        case b"UNICODE\0":
            return _utf16(text, tiff.order)
        case b"ASCII\0\0\0":
            return text.decode("utf-8", "replace").rstrip("\0")
        case _:
            return data.lstrip(b"\0").decode("utf-8", "replace").rstrip("\0")


def texts_of(block: bytes) -> list[str]:
    """The texts of the first directory: Make, Model, ImageDescription … where some programs keep theirs."""
    try:
        tiff = _Tiff.parse(block)
        entries = [entry for entry in tiff.directory(tiff.first) if entry.kind == _ASCII]
        return [tiff.value(entry).decode("utf-8", "replace").rstrip("\0") for entry in entries]
    except Broken:
        return []


def with_comment(block: bytes, text: str) -> bytes:
    """The block with this user comment, big-endian UTF-16 as other tools write it; what cannot be read is made anew.

    Nothing moves: the two directories that change are written anew behind the rest, so that offsets into it, of which
    a camera's notes may hold some that nobody knows, stay true.
    """
    comment = _UNICODE + text.encode("utf-16-be", "replace")
    try:
        return _Tiff.parse(block or _EMPTY).with_comment(comment)
    except Broken:
        return _Tiff.parse(_EMPTY).with_comment(comment)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    tag: int
    kind: int
    count: int
    raw: bytes  # its last four bytes: the value, or where it is


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tiff:
    data: bytes
    order: str  # `<` or `>`
    first: int  # where the first directory is

    @classmethod
    def parse(cls, block: bytes) -> "_Tiff":
        data = block.removeprefix(b"Exif\0\0")  # some WebP writers put it there too
        order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
        if order is None or len(data) < 8:  # noqa: PLR2004 - the header
            raise Broken("no TIFF header")
        return cls(data=data, order=order, first=struct.unpack_from(order + "I", data, 4)[0])

    def directory(self, at: int) -> list[_Entry]:
        """The entries of the directory there; none at 0."""
        return list(self._entries(at)) if at else []

    def _entries(self, at: int) -> Iterator[_Entry]:
        if at + 2 > len(self.data):
            raise Broken("a directory is beyond the end")
        (count,) = struct.unpack_from(self.order + "H", self.data, at)
        if at + 2 + count * _ENTRY > len(self.data):
            raise Broken("a directory reaches beyond the end")
        for number in range(count):
            tag, kind, length, raw = struct.unpack_from(self.order + "HHI4s", self.data, at + 2 + number * _ENTRY)
            yield _Entry(tag=tag, kind=kind, count=length, raw=raw)

    def value(self, entry: _Entry) -> bytes:
        size = entry.count * _WIDTHS.get(entry.kind, 1)
        if size <= _INLINE:
            return entry.raw[:size]
        (at,) = struct.unpack(self.order + "I", entry.raw)
        if at + size > len(self.data):
            raise Broken("a value reaches beyond the end")
        return self.data[at : at + size]

    def exif_at(self) -> int:
        """Where the EXIF directory is; 0 where there is none."""
        for entry in self.directory(self.first):
            if entry.tag == _EXIF_IFD:
                return int(struct.unpack(self.order + "I", entry.raw)[0])
        return 0

    def with_comment(self, comment: bytes) -> bytes:
        first, inner = self.directory(self.first), self.directory(self.exif_at())
        following = self._following(self.first, len(first))
        base = self.data + b"\0" * (len(self.data) % 2)
        comment_at = len(base)
        base += comment + b"\0" * (len(comment) % 2)
        inner_at = len(base)
        base += self._written(inner, self._entry(_USER_COMMENT, _UNDEFINED, len(comment), comment_at), b"\0\0\0\0")
        first_at = len(base)
        base += self._written(first, self._entry(_EXIF_IFD, _LONG, 1, inner_at), following)
        return base[:4] + struct.pack(self.order + "I", first_at) + base[8:]

    def _following(self, at: int, count: int) -> bytes:
        """Where the next directory is, a thumbnail's."""
        end = at + 2 + count * _ENTRY
        return self.data[end : end + 4].ljust(4, b"\0")

    def _entry(self, tag: int, kind: int, count: int, value: int) -> _Entry:
        return _Entry(tag=tag, kind=kind, count=count, raw=struct.pack(self.order + "I", value))

    def _written(self, entries: list[_Entry], new: _Entry, following: bytes) -> bytes:
        kept = sorted([*(each for each in entries if each.tag != new.tag), new], key=lambda each: each.tag)
        packed = (struct.pack(self.order + "HHI4s", each.tag, each.kind, each.count, each.raw) for each in kept)
        return struct.pack(self.order + "H", len(kept)) + b"".join(packed) + following


def _utf16(data: bytes, order: str) -> str:
    """Tools disagree on the byte order: a mark at the start decides, else where the zeros of plain letters are."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        encoding = "utf-16"
    elif (zeros := data[0::2].count(0)) != (others := data[1::2].count(0)):
        encoding = "utf-16-be" if zeros > others else "utf-16-le"
    else:
        encoding = "utf-16-be" if order == ">" else "utf-16-le"
    return data[: len(data) // 2 * 2].decode(encoding, "replace").rstrip("\0")
