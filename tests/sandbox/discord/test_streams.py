import json
import zlib

from sandbox.discord.streams import ENCODERS


def test_zlib_is_one_stream_with_a_flush_after_each_frame() -> None:
    make = ENCODERS["zlib-stream"]
    assert make is not None
    encode, inflate = make(), zlib.decompressobj()
    for number in range(3):
        frame = encode(json.dumps({"number": number}).encode())
        assert frame.endswith(b"\x00\x00\xff\xff")
        assert json.loads(inflate.decompress(frame)) == {"number": number}


def test_zstd_is_one_frame_of_stored_blocks() -> None:
    make = ENCODERS["zstd-stream"]
    assert make is not None
    encode = make()
    assert encode(b"abc") == b"\x28\xb5\x2f\xfd\x00\x38" + b"\x18\x00\x00abc"
    assert encode(b"de") == b"\x10\x00\x00de"
    large = encode(bytes(200_000))
    assert len(large) == 200_000 + 2 * 3
    assert large[:3] == (128 * 1024 << 3).to_bytes(3, "little")
