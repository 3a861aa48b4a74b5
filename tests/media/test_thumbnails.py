import io
from pathlib import Path

import pytest
from PIL import Image

from media.thumbnails import SIDE, thumbnail


@pytest.mark.parametrize(
    ("suffix", "size", "expected"),
    [("png", (1024, 512), (SIDE, SIDE // 2)), ("jpg", (600, 1200), (SIDE // 2, SIDE)), ("webp", (80, 40), (80, 40))],
)
def test_a_picture_becomes_small_and_keeps_its_shape(
    suffix: str, size: tuple[int, int], expected: tuple[int, int], tmp_path: Path
) -> None:
    """One that is small already stays as large as it is."""
    path = tmp_path / f"1.{suffix}"
    Image.linear_gradient("L").convert("RGB").resize(size).save(path)
    data = thumbnail(path)
    with Image.open(io.BytesIO(data)) as small:
        assert (small.size, small.format, small.mode) == (expected, "WEBP", "RGB")
    assert len(data) < 20_000


@pytest.mark.parametrize("mode", ["RGBA", "P", "L"])
def test_every_kind_of_pixels_can_be_shown(mode: str, tmp_path: Path) -> None:
    """What is transparent stays so."""
    path = tmp_path / "1.png"
    Image.new("RGBA", (300, 300), (255, 0, 0, 0 if mode == "RGBA" else 255)).convert(mode).save(path)
    with Image.open(io.BytesIO(thumbnail(path))) as small:
        assert (small.mode == "RGBA") == (mode == "RGBA")


def test_a_file_that_is_gone_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        thumbnail(tmp_path / "1.png")
