import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from media.verify import NotAnImage, Picture, verify

MakePicture = Callable[..., Path]


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels: what a decompression bomb looks like at first."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(("kind", "expected"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
def test_format_and_size_come_from_the_bytes_not_from_the_name(
    make_picture: MakePicture, kind: str, expected: str
) -> None:
    """A file name proves nothing."""
    path = make_picture("image.bin", kind, 64, 48)
    assert verify(path) == Picture(format=expected, width=64, height=48, size=path.stat().st_size)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("missing", [16, 100, 1500])
def test_a_picture_cut_short_is_refused(make_picture: MakePicture, kind: str, missing: int) -> None:
    """A broken download must not be posted half grey."""
    path = make_picture("image", kind)
    path.write_bytes(path.read_bytes()[:-missing])
    with pytest.raises(NotAnImage, match="cannot be decoded"):
        verify(path)


def test_a_png_with_a_flipped_byte_is_refused(make_picture: MakePicture) -> None:
    """A PNG carries checksums; they are checked."""
    path = make_picture("image", "PNG")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(NotAnImage):
        verify(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_bytes_after_the_end_are_tolerated(make_picture: MakePicture, kind: str) -> None:
    """Decoders skip them, and some services append their marks."""
    path = make_picture("image", kind)
    with path.open("ab") as file:
        file.write(b"appended by somebody" * 20)
    assert verify(path).width == 64


@pytest.mark.parametrize(
    "data",
    [b"", b"\x89PNG", b"<html><body>Not found</body></html>", b"GIF89a" + bytes(40), b"\xff\xd8\xff\xe0" + bytes(200)],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, data: bytes) -> None:
    """Error pages, empty files and bare signatures are no pictures."""
    path = tmp_path / "image.png"
    path.write_bytes(data)
    with pytest.raises(NotAnImage):
        verify(path)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_refused(make_picture: MakePicture, kind: str) -> None:
    """Only what the models can make is accepted."""
    with pytest.raises(NotAnImage):
        verify(make_picture("image.png", kind))


@pytest.mark.parametrize("side", [5_000, 10_000, 60_000])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    """A few bytes may claim gigabytes; the claim is enough to refuse them."""
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(side, side) + b"\x00\x00\x00\x00IDAT")
    with pytest.raises(NotAnImage, match="pixels"):
        verify(path)


def test_the_pixel_cap_can_be_set(make_picture: MakePicture) -> None:
    """The cap itself is still allowed."""
    path = make_picture("image", "PNG", 64, 48)
    assert verify(path, pixels_most=64 * 48).height == 48
    with pytest.raises(NotAnImage, match="64 x 48"):
        verify(path, pixels_most=64 * 48 - 1)


def test_a_missing_file_is_not_mistaken_for_a_bad_picture(tmp_path: Path) -> None:
    """A fault of our disk is not the vendor's."""
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "absent.png")


def test_a_jpeg_with_a_second_picture_is_a_jpeg(tmp_path: Path) -> None:
    """Cameras and upscalers write such files."""
    path = tmp_path / "image.jpg"
    one, two = (Image.new("RGB", (32, 32), colour) for colour in ("red", "blue"))
    one.save(path, "MPO", save_all=True, append_images=[two])
    assert verify(path).format == "jpeg"
