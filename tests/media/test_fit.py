from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from media.fit import MARGIN, MOST_FILES, Change, Fitted, TooLarge, fit
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


def in_one(messages: list[list[Fitted]]) -> list[Path]:
    """The files of the only message."""
    (message,) = messages
    return [picture.path for picture in message]


def side(path: Path) -> int:
    """Pixels of the longer side."""
    with Image.open(path) as picture:
        return max(picture.size)


def test_pictures_that_fit_stay_untouched(make_picture: MakePicture, folder: Path) -> None:
    """No quality is lost without need."""
    paths = [make_picture("a.png", "PNG"), make_picture("b.png", "PNG")]
    assert fit(paths, total(paths) + MARGIN, folder) == [[Fitted(path=path, change=Change.NONE) for path in paths]]
    assert not list(folder.iterdir())


def test_the_margin_is_kept_free(make_picture: MakePicture, folder: Path) -> None:
    """The upload carries more than the pictures."""
    paths = [make_picture("a.png", "PNG", 200, 200)]
    fitted = in_one(fit(paths, total(paths) + MARGIN - 1, folder))
    assert fitted != paths
    assert total(fitted) < total(paths)


def test_pictures_that_exceed_the_limit_are_encoded_again_with_the_same_pixels(
    make_picture: MakePicture, folder: Path
) -> None:
    """The size in pixels is what the member asked for."""
    paths = [make_picture("a.png", "PNG", 300, 200), make_picture("b.png", "PNG", 200, 300)]
    limit = total(paths) // 2 + MARGIN
    fitted = in_one(fit(paths, limit, folder))
    assert total(fitted) <= limit - MARGIN
    assert [path.name for path in fitted] == ["a.jpg", "b.jpg"]
    assert [(verify(path).width, verify(path).height) for path in fitted] == [(300, 200), (200, 300)]
    assert all(path.exists() for path in paths)


def test_the_quality_is_no_lower_than_needed(make_picture: MakePicture, folder: Path) -> None:
    """A generous limit gives a better picture than a tight one."""
    path = make_picture("a.png", "PNG", 300, 200)
    generous = total(in_one(fit([path], path.stat().st_size + MARGIN - 1, folder)))
    tight = total(in_one(fit([path], generous - 1 + MARGIN, folder)))
    assert generous * 0.5 < tight < generous


def test_transparency_survives_as_webp(make_picture: MakePicture, folder: Path) -> None:
    """JPEG has none."""
    path = make_picture("a.png", "PNG", 200, 200, mode="RGBA")
    (fitted,) = in_one(fit([path], path.stat().st_size - 1 + MARGIN, folder))
    assert fitted.name == "a.webp"
    with Image.open(fitted) as picture:
        assert picture.mode == "RGBA"


def test_a_picture_that_would_grow_stays_as_it_is(make_picture: MakePicture, folder: Path, tmp_path: Path) -> None:
    """Small flat pictures are best as PNG."""
    large = make_picture("large.png", "PNG", 300, 300)
    small = tmp_path / "small.png"
    Image.new("RGB", (8, 8), "navy").save(small)
    (fitted,) = fit([large, small], total([large, small]) - 1 + MARGIN, folder)
    assert fitted == [
        Fitted(path=folder / "large.jpg", change=Change.ENCODED),
        Fitted(path=small, change=Change.NONE),
    ]


def test_what_is_too_much_for_one_message_goes_into_several_each_as_good_as_it_fits_alone(
    make_picture: MakePicture, folder: Path
) -> None:
    """No quality is lost where another message helps."""
    paths = [make_picture(f"{number}.png", "PNG", 150, 100) for number in range(8)]
    tiny = make_picture("tiny.png", "PNG", 8, 8)
    limit = max(path.stat().st_size for path in paths) + tiny.stat().st_size + MARGIN
    messages = fit([*paths, tiny], limit, folder)
    untouched = [Fitted(path=path, change=Change.NONE) for path in [*paths, tiny]]
    assert messages == [*([picture] for picture in untouched[:-2]), untouched[-2:]]


def test_the_order_is_kept_over_the_messages(make_picture: MakePicture, folder: Path) -> None:
    """A small picture never overtakes a large one."""
    large = [make_picture(f"large{number}.png", "PNG", 300, 200) for number in range(2)]
    small = [make_picture(f"small{number}.png", "PNG", 8, 8) for number in range(2)]
    messages = fit([large[0], small[0], large[1], small[1]], large[0].stat().st_size // 6 + MARGIN, folder)
    assert [picture.path.stem for message in messages for picture in message] == [
        "large0",
        "small0",
        "large1",
        "small1",
    ]


def test_a_message_has_at_most_nine_pictures(make_picture: MakePicture, folder: Path) -> None:
    """Discord takes ten files, and the prompt may be one of them."""
    paths = [make_picture(f"{number}.png", "PNG", 8, 8) for number in range(MOST_FILES + 1)]
    assert [len(message) for message in fit(paths, 10**9, folder)] == [MOST_FILES, 1]


def test_a_picture_that_does_not_fit_alone_becomes_the_largest_preview_that_does(
    make_picture: MakePicture, folder: Path
) -> None:
    """Never nothing, because of its size."""
    path = make_picture("a.png", "PNG", 300, 200)
    ((preview,),) = fit([path], MARGIN + 9_000, folder)
    assert preview.change is Change.SHRUNK
    assert preview.path.stat().st_size <= 9_000
    assert 50 < side(preview.path) < 300
    ((smaller,),) = fit([path], MARGIN + 3_000, folder)
    assert side(smaller.path) < 150


def test_a_preview_of_what_is_transparent_is_transparent(make_picture: MakePicture, folder: Path) -> None:
    """As it is at its full size."""
    path = make_picture("a.png", "PNG", 200, 200, mode="RGBA")
    ((preview,),) = fit([path], MARGIN + 4_000, folder)
    with Image.open(preview.path) as picture:
        assert (picture.format, picture.mode) == ("WEBP", "RGBA")


def test_the_same_again_gives_the_same(make_picture: MakePicture, folder: Path) -> None:
    """A restart goes on with the messages that the last process began."""
    paths = [make_picture(f"{number}.png", "PNG", 300, 200) for number in range(3)]
    limit = MARGIN + paths[0].stat().st_size // 6
    assert fit(paths, limit, folder) == fit(paths, limit, folder)


def test_a_limit_without_room_for_anything_is_said_so(make_picture: MakePicture, folder: Path) -> None:
    """There is no such channel; what asks for it is a fault."""
    with pytest.raises(TooLarge):
        fit([make_picture("a.png", "PNG", 300, 200)], MARGIN + 10, folder)


def test_originals_are_never_overwritten(make_picture: MakePicture, tmp_path: Path, folder: Path) -> None:
    """A second attempt needs them."""
    path = make_picture("a.jpg", "JPEG", 200, 200)
    with pytest.raises(ValueError, match="originals"):
        fit([path], 10, tmp_path)
    (tmp_path / "other").mkdir()
    twin = path.rename(tmp_path / "other" / "a.jpg")
    with pytest.raises(ValueError, match="stem"):
        fit([twin, twin], 10, folder)
