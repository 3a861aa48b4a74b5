from io import BytesIO

import pytest
from PIL import Image

from sandbox.apis.art import paint


def _painted(**changes: object) -> bytes:
    order: dict[str, object] = {"prompt": "a hill", "seed": 3, "index": 0, "size": (512, 512), "kind": "png"}
    return paint(**{**order, **changes})  # type: ignore[arg-type]


def test_the_same_order_gives_the_same_bytes() -> None:
    """Pictures are reproducible from prompt, seed and number."""
    assert _painted() == _painted()


@pytest.mark.parametrize("change", [{"prompt": "a dune"}, {"seed": 4}, {"index": 1}])
def test_another_order_gives_another_picture(change: dict[str, object]) -> None:
    """Each of them changes the picture, not only its caption."""
    one, other = (Image.open(BytesIO(data)).crop((0, 0, 512, 400)) for data in (_painted(), _painted(**change)))
    assert one.tobytes() != other.tobytes()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("size", [(512, 2048), (576, 1024), (2048, 512)])
def test_any_size_and_kind(kind: str, size: tuple[int, int]) -> None:
    """What is asked for is what is painted."""
    image = Image.open(BytesIO(_painted(size=size, kind=kind)))
    assert (image.size, image.format) == (size, kind.upper())


@pytest.mark.parametrize("prompt", ["\ud800 lone", "\x00\n\t", "漢字 🎨", "W" * 4000])
def test_any_prompt_can_be_captioned(prompt: str) -> None:
    """Characters that the typeface lacks and endless words do no harm."""
    assert Image.open(BytesIO(_painted(prompt=prompt))).size == (512, 512)


def test_the_caption_shows_the_seed() -> None:
    """The strip differs when only the seed's text does: same place, other digits."""
    strips = [Image.open(BytesIO(_painted(seed=seed))).crop((256, 484, 512, 512)) for seed in (11111, 22222)]
    assert strips[0].getextrema() != ((0, 0),) * 3
    assert strips[0].tobytes() != strips[1].tobytes()
