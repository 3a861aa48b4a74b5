"""Pictures in memory, and how their pixels' bytes are compared."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from PIL import Image

from media.metadata.inscribe import Inscription, inscribe
from media.metadata.recipe import Adapter, Recipe, Tool

FORMATS = ("PNG", "JPEG", "WEBP")


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (33, 21), **options: Any) -> bytes:
    """A small picture with something on it."""
    made = Image.radial_gradient("L").resize(size).convert(mode)
    if mode == "RGBA":
        made.putalpha(100)
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def inscribed(data: bytes, inscription: Inscription, folder: Path) -> bytes:
    """The same picture with the texts in it."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(data)
    inscribe(source, target, inscription)
    assert source.read_bytes() == data
    return target.read_bytes()


def png_chunk(name: bytes, data: bytes) -> bytes:
    """A chunk as PNG wants it."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def with_chunk(data: bytes, name: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return data[:33] + png_chunk(name, content) + data[33:]


def png_parts(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and data of all chunks; each checksum is true."""
    parts, at = [], 8
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", data, at + 8 + size)[0] == zlib.crc32(name + content)
        parts.append((name, content))
        at += 12 + size
        if name == b"IEND":
            break
    return parts


def pixel_bytes(kind: str, data: bytes) -> bytes:
    """The compressed pixels as they stand in the file."""
    match kind:
        case "PNG":
            return b"".join(content for name, content in png_parts(data) if name == b"IDAT")
        case "JPEG":
            return data[data.index(b"\xff\xda") :]
        case _:
            found = (data.find(name) for name in (b"VP8 ", b"VP8L", b"ALPH"))
            start = min(at for at in found if at >= 0)
            (size,) = struct.unpack_from("<I", data, start + 4)
            return data[start : start + 8 + size]


def decoded(data: bytes) -> bytes:
    """The pixels."""
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.tobytes()


def _text(longest: int) -> st.SearchStrategy[str]:
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=longest).map(str.strip)


_NUMBER = st.floats(min_value=0, max_value=100).map(lambda found: float(f"{found:.3g}"))
_NAME = st.from_regex(r"[a-z]{1,8}", fullmatch=True)


def recipes() -> st.SearchStrategy[Recipe]:
    """Anything that we may have to write."""
    return st.builds(
        Recipe,
        tool=st.just(Tool.FLUXCORD),
        prompt=_text(60),
        model=_NAME,
        title=_text(12),
        seed=st.none() | st.integers(0, 2**53),
        steps=st.none() | st.integers(1, 50),
        guidance=st.none() | _NUMBER,
        width=st.integers(1, 4096),
        height=st.integers(1, 4096),
        adapters=st.lists(st.builds(Adapter, source=_NAME, scale=st.none() | _NUMBER), max_size=3).map(tuple),
        settings=st.dictionaries(_NAME, st.booleans() | st.integers(0, 9) | _NAME, max_size=4),
        job=_NAME,
        image=st.integers(1, 4),
        made_at=st.none() | st.integers(0, 2**41).map(lambda ms: ms // 1000 * 1000),
    )
