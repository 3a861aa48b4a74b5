from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from sandbox.render import theme
from sandbox.render.message import render_message

AT = "2026-11-21T14:05:00+00:00"


def _png(colour: tuple[int, int, int], size: tuple[int, int] = (400, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [b"", b"no image", _png((1, 2, 3))[:60], b"GIF89a" + bytes(20), _png((0, 0, 0), (9000, 5000))]
)
def test_an_unreadable_picture_is_shown_as_one(data: bytes) -> None:
    """Broken, truncated or too large bytes never stop the drawing."""
    attachment = {"id": "5", "filename": "a.png", "content_type": "image/png"}
    image = Image.open(BytesIO(render_message({"attachments": [attachment]}, {"5": data})))
    assert sum(count for count, colour in image.getcolors(4096) or () if colour == theme.PANEL) > 10_000


def test_huge_texts_stay_drawable() -> None:
    """A text far over Discord's limits ends somewhere."""
    embed = {"title": "t" * 10_000, "description": "*" * 50_000, "fields": [{"name": "\n" * 9999, "value": "x"}] * 99}
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "l" * 5000}]}
    message = {"content": "line\n" * 20_000, "embeds": [embed] * 3, "components": [row] * 9}
    image = Image.open(BytesIO(render_message(message, {})))
    assert image.height <= theme.px(6000)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
_TEXT = st.text(max_size=60) | st.text(alphabet="*_`~|<>@#:[]()\\/-t1 \n█🔁漢\u0301\ud800", max_size=60) | _JSON
_PLACE = st.fixed_dictionaries({"url": st.sampled_from(["u", "https://x"]) | _JSON, "icon_url": _JSON}) | _JSON
_EMBED = st.fixed_dictionaries(
    {},
    optional={
        "title": _TEXT,
        "description": _TEXT,
        "url": _TEXT,
        "color": _JSON,
        "timestamp": st.just(AT) | _JSON,
        "image": _PLACE,
        "thumbnail": _PLACE,
        "author": st.fixed_dictionaries({"name": _TEXT, "icon_url": st.just("u") | _JSON}) | _JSON,
        "footer": st.fixed_dictionaries({"text": _TEXT}) | _JSON,
        "fields": st.lists(
            st.fixed_dictionaries({"name": _TEXT, "value": _TEXT, "inline": st.booleans() | _JSON}), max_size=4
        ),
    },
)
_COMPONENT = st.fixed_dictionaries(
    {"type": st.integers(0, 9)},
    optional={
        "style": st.integers(-1, 8) | _JSON,
        "label": _TEXT,
        "disabled": st.booleans() | _JSON,
        "emoji": st.fixed_dictionaries({"name": _TEXT}) | _JSON,
        "placeholder": _TEXT,
        "options": st.lists(st.fixed_dictionaries({"label": _TEXT, "default": st.booleans()}), max_size=3) | _JSON,
    },
)
_MESSAGE = st.fixed_dictionaries(
    {},
    optional={
        "content": _TEXT,
        "flags": st.sampled_from([0, 64, 128, 192]) | _JSON,
        "timestamp": st.just(AT) | _JSON,
        "edited_timestamp": st.just(AT) | _JSON,
        "author": st.fixed_dictionaries({"username": _TEXT, "bot": st.booleans() | _JSON}) | _JSON,
        "interaction": st.fixed_dictionaries({"type": st.just(2), "name": _TEXT, "user": _JSON}) | _JSON,
        "mentions": st.lists(st.fixed_dictionaries({"id": _TEXT, "username": _TEXT}), max_size=2) | _JSON,
        "embeds": st.lists(_EMBED | _JSON, max_size=3) | _JSON,
        "attachments": st.lists(
            st.fixed_dictionaries(
                {"id": st.just("1") | _JSON, "filename": _TEXT, "content_type": st.just("image/png") | _JSON}
            )
            | _JSON,
            max_size=4,
        ),
        "components": st.lists(
            st.fixed_dictionaries({"type": st.just(1), "components": st.lists(_COMPONENT | _JSON, max_size=5)}) | _JSON,
            max_size=3,
        ),
    },
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(message=_MESSAGE, data=st.binary(max_size=40) | st.just(_png((9, 9, 9), (3, 700))))
def test_no_message_stops_the_drawing(message: dict[str, object], data: bytes) -> None:
    """Whatever a message holds, a picture comes out."""
    image = Image.open(BytesIO(render_message(message, {"1": data, "u": data})))
    assert image.width == 1240
