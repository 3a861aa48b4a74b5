from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from media.fit import MARGIN, TooLarge, fit
from media.verify import verify

MakePicture = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where re-encoded pictures go."""
    made = tmp_path / "fitted"
    made.mkdir()
    return made


def total(paths: list[Path]) -> int:
    """Bytes of all files together."""
    return sum(path.stat().st_size for path in paths)


def test_pictures_that_fit_stay_untouched(make_picture: MakePicture, folder: Path) -> None:
    """No quality is lost without need."""
    paths = [make_picture("a.png", "PNG"), make_picture("b.png", "PNG")]
    assert fit(paths, total(paths) + MARGIN, folder) == paths
    assert not list(folder.iterdir())


def test_the_margin_is_kept_free(make_picture: MakePicture, folder: Path) -> None:
    """The upload carries more than the pictures."""
    paths = [make_picture("a.png", "PNG", 200, 200)]
    fitted = fit(paths, total(paths) + MARGIN - 1, folder)
    assert fitted != paths
    assert total(fitted) < total(paths)


def test_pictures_that_exceed_the_limit_are_encoded_again_with_the_same_pixels(
    make_picture: MakePicture, folder: Path
) -> None:
    """The size in pixels is what the member asked for."""
    paths = [make_picture("a.png", "PNG", 300, 200), make_picture("b.png", "PNG", 200, 300)]
    limit = total(paths) // 2 + MARGIN
    fitted = fit(paths, limit, folder)
    assert total(fitted) <= limit - MARGIN
    assert [path.name for path in fitted] == ["a.jpg", "b.jpg"]
    assert [(verify(path).width, verify(path).height) for path in fitted] == [(300, 200), (200, 300)]
    assert all(path.exists() for path in paths)


def test_the_quality_is_no_lower_than_needed(make_picture: MakePicture, folder: Path) -> None:
    """A generous limit gives a better picture than a tight one."""
    path = make_picture("a.png", "PNG", 300, 200)
    generous = total(fit([path], path.stat().st_size + MARGIN - 1, folder))
    tight = total(fit([path], generous - 1 + MARGIN, folder))
    assert generous * 0.5 < tight < generous


def test_transparency_survives_as_webp(make_picture: MakePicture, folder: Path) -> None:
    """JPEG has none."""
    path = make_picture("a.png", "PNG", 200, 200, mode="RGBA")
    (fitted,) = fit([path], path.stat().st_size - 1 + MARGIN, folder)
    assert fitted.name == "a.webp"
    with Image.open(fitted) as picture:
        assert picture.mode == "RGBA"


def test_a_picture_that_would_grow_stays_as_it_is(make_picture: MakePicture, folder: Path, tmp_path: Path) -> None:
    """Small flat pictures are best as PNG."""
    large = make_picture("large.png", "PNG", 300, 300)
    small = tmp_path / "small.png"
    Image.new("RGB", (8, 8), "navy").save(small)
    fitted = fit([large, small], total([large, small]) - 1 + MARGIN, folder)
    assert fitted == [folder / "large.jpg", small]


def test_what_cannot_be_made_small_enough_is_said_so(make_picture: MakePicture, folder: Path) -> None:
    """The caller then splits or shrinks; nothing is left behind."""
    path = make_picture("a.png", "PNG", 300, 200)
    with pytest.raises(TooLarge) as caught:
        fit([path], MARGIN + 1000, folder)
    assert caught.value.limit == 1000
    assert 1000 < caught.value.smallest < path.stat().st_size
    assert not list(folder.iterdir())


def test_originals_are_never_overwritten(make_picture: MakePicture, tmp_path: Path, folder: Path) -> None:
    """A second attempt needs them."""
    path = make_picture("a.jpg", "JPEG", 200, 200)
    with pytest.raises(ValueError, match="originals"):
        fit([path], 10, tmp_path)
    (tmp_path / "other").mkdir()
    twin = path.rename(tmp_path / "other" / "a.jpg")
    with pytest.raises(ValueError, match="stem"):
        fit([twin, twin], 10, folder)
