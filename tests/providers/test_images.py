import base64
from typing import Any

import pytest

from jobs.outcomes import ImageData, ImageLink, RemoteImage
from providers.images import read_images

A, B = "https://cdn.example/a.png", "http://127.0.0.1:9/b.png?sig=1&x=2"
DATA = b"\x89PNG bytes"
BASE64 = base64.b64encode(DATA).decode()
LINKS = (ImageLink(url=A), ImageLink(url=B))


@pytest.mark.parametrize(
    ("output", "images"),
    [
        (A, LINKS[:1]),
        (f" {A}\n", LINKS[:1]),
        ([A, B], LINKS),
        ({"url": A}, LINKS[:1]),
        ([{"url": A}, {"url": B}], LINKS),
        ({"images": [{"url": A, "width": 1, "content_type": "image/png"}, {"url": B}]}, LINKS),
        ({"images": [A, B]}, LINKS),
        ({"data": [{"url": A, "b64_json": None}]}, LINKS[:1]),
        ({"image": {"url": A}}, LINKS[:1]),
        ([{"b64_json": BASE64}], (ImageData(data=DATA),)),
        ([{"url": None, "b64_json": BASE64}], (ImageData(data=DATA),)),
        ([{"url": "", "b64_json": BASE64}, {"url": A}], (ImageData(data=DATA), LINKS[0])),
        (f"data:image/png;base64,{BASE64}", (ImageData(data=DATA),)),
        ([A, None, {"url": 5}, {}, "", "no link", "ftp://h/x", "https://with space/"], LINKS[:1]),
        ([{"b64_json": "no base64!"}, {"b64_json": ""}], ()),
        ({"error": A}, ()),
        (None, ()),
        (5, ()),
        ([[[[[[A]]]]]], ()),
    ],
)
def test_images_are_found_in_every_shape(output: Any, images: tuple[RemoteImage, ...]) -> None:
    """In the order in which they stand; what is no image is left out."""
    assert read_images(output) == images


def test_data_beyond_the_cap_is_left_out() -> None:
    """The cap counts bytes, not letters."""
    assert read_images({"b64_json": BASE64}, longest=len(DATA)) == (ImageData(data=DATA),)
    assert read_images({"b64_json": base64.b64encode(bytes(1000)).decode()}, longest=990) == ()
