"""The gateway's transport compressions: one stream for a whole connection, flushed after each frame."""

import zlib
from collections.abc import Callable, Mapping
from typing import Final

Encoder = Callable[[bytes], bytes]

# https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md
_ZSTD_HEADER: Final = b"\x28\xb5\x2f\xfd" + b"\x00" + b"\x38"  # magic, no options, a window of 128 KiB
_ZSTD_BLOCK: Final = 128 * 1024


def _zlib_stream() -> Encoder:
    deflate = zlib.compressobj()
    return lambda data: deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)


def _zstd_stream() -> Encoder:
    """Write blocks that are stored, not compressed: right for every reader, and no library is needed.

    discord.py asks for this where its Python can read it (3.14, or with the zstandard package).
    """
    header = _ZSTD_HEADER

    def encode(data: bytes) -> bytes:
        nonlocal header
        out, header = bytearray(header), b""
        for start in range(0, len(data), _ZSTD_BLOCK):
            block = data[start : start + _ZSTD_BLOCK]
            # Three bytes: not the last block (bit 0), stored (bits 1 and 2), its size.
            out += (len(block) << 3).to_bytes(3, "little") + block
        return bytes(out)

    return encode


ENCODERS: Final[Mapping[str | None, Callable[[], Encoder] | None]] = {
    None: None,
    "zlib-stream": _zlib_stream,
    "zstd-stream": _zstd_stream,
}
