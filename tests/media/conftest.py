"""Real pictures, made by Pillow."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

MakePicture = Callable[..., Path]


def noise(width: int, height: int, mode: str) -> Image.Image:
    """A picture that compresses badly, so that sizes matter."""
    picture = Image.merge("RGB", [Image.effect_noise((width, height), 90) for _ in range(3)])
    picture = picture.convert(mode)
    if mode == "RGBA":
        picture.putalpha(128)
    return picture


@pytest.fixture
def make_picture(tmp_path: Path) -> MakePicture:
    """Write a picture to a file: `make_picture("a.png", "PNG", 64, 48, mode="RGB")`."""

    def make(name: str, kind: str, width: int = 64, height: int = 48, mode: str = "RGB") -> Path:
        buffer = io.BytesIO()
        noise(width, height, mode).save(buffer, kind)
        path = tmp_path / name
        path.write_bytes(buffer.getvalue())
        return path

    return make
