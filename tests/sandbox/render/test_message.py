from collections.abc import Mapping
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageChops

from sandbox.render import theme
from sandbox.render.message import render_conversation, render_message

BOT = {"id": "1", "username": "fluxcord", "bot": True}
MARA = {"id": "22", "username": "mara", "global_name": "Mara"}
AT = "2026-11-21T14:05:00+00:00"


def _message(**more: object) -> dict[str, object]:
    return {"author": BOT, "timestamp": AT, "content": "", **more}


def _drawn(files: Mapping[str, bytes] | None = None, **more: object) -> Image.Image:
    image = Image.open(BytesIO(render_message(_message(**more), files or {})))
    assert (image.format, image.mode, image.width) == ("PNG", "RGB", 1240)
    return image


def _count(image: Image.Image, colour: tuple[int, int, int]) -> int:
    bands = [
        band.point([255 if level == wanted else 0 for level in range(256)])
        for band, wanted in zip(image.split(), colour, strict=True)
    ]
    both = ImageChops.darker(ImageChops.darker(bands[0], bands[1]), bands[2])
    return both.histogram()[255]


def _box(image: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    found = ImageChops.difference(image, Image.new("RGB", image.size, colour)).convert("L")
    box = found.point([255] + [0] * 255).getbbox()
    assert box is not None
    return box


def _png(colour: tuple[int, int, int], size: tuple[int, int] = (400, 300)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def _button(**more: object) -> dict[str, object]:
    return {"type": 1, "components": [{"type": 2, "style": 2, "label": "Again", "custom_id": "x", **more}]}


def _pictures(count: int) -> tuple[list[dict[str, object]], dict[str, bytes]]:
    attachments: list[dict[str, object]] = [
        {"id": str(n), "filename": f"{n}.png", "content_type": "image/png", "size": 9} for n in range(count)
    ]
    return attachments, {str(n): _png((200, 10 * n, 255 - 10 * n)) for n in range(count)}


def test_the_same_message_gives_the_same_bytes() -> None:
    """Drawing is deterministic."""
    message = _message(content="**hello** `world` 🔁", components=[_button(style=1)])
    assert render_message(message, {}) == render_message(message, {})


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        ("hello", theme.TEXT),
        ("[a link](https://example.com)", theme.LINK),
        ("https://example.com", theme.LINK),
        ("<@22>", theme.MENTION_FILL),
        ("<t:1795270000:R>", theme.TIME_FILL),
        ("`code`", theme.DEEP),
        ("```\ncode\n```", theme.PANEL),
        ("-# small", theme.MUTED),
        ("# large", theme.HEADING),
        ("> quoted", theme.GREY),
        ("██████", theme.TEXT),
        ("⚠", theme.YELLOW),
    ],
)
def test_markdown_shows_in_its_colour(content: str, colour: tuple[int, int, int]) -> None:
    """Each kind of text adds pixels of its colour to those of an empty message."""
    assert _count(_drawn(content=content), colour) > _count(_drawn(content=""), colour) + 20


def test_escaped_markdown_is_plain() -> None:
    r"""`\*x\*` shows the asterisks and is not slanted: wider than `*x*`."""
    escaped, slanted = _drawn(content=r"\*hello\*"), _drawn(content="*hello*")
    assert _box(escaped, theme.TEXT)[2] >= _box(slanted, theme.TEXT)[2]
    assert escaped.tobytes() == _drawn(content=r"\*hello*").tobytes()


def test_long_words_are_broken_and_long_texts_wrapped() -> None:
    """Nothing is drawn beyond the right margin, and the picture grows."""
    short, long = _drawn(content="x"), _drawn(content="x" * 300 + " word" * 100)
    assert long.height > short.height + 5 * theme.px(22)
    assert _box(long, theme.TEXT)[2] <= theme.px(theme.WIDTH - theme.MARGIN) + 4


def test_the_bar_has_no_gaps() -> None:
    """A row of full blocks is one rectangle."""
    image = _drawn(content="█" * 20)
    left, _, right, bottom = _box(image, theme.TEXT)
    row = image.crop((theme.px(theme.GUTTER), bottom - 6, right, bottom - 5))
    assert right - max(left, theme.px(theme.GUTTER)) > 300
    assert row.getcolors() == [(row.width, theme.TEXT)]


def test_an_embed_has_its_edge_its_texts_and_its_fields_in_columns() -> None:
    """Three inline fields stand beside one another, three others under one another."""
    fields = [{"name": f"N{n}", "value": "v", "inline": True} for n in range(3)]
    embed = {"color": 0x12AB34, "title": "Title", "description": "text", "footer": {"text": "foot"}}
    beside = _drawn(embeds=[{**embed, "fields": fields}])
    under = _drawn(embeds=[{**embed, "fields": [{**each, "inline": False} for each in fields]}])
    assert _count(beside, (0x12, 0xAB, 0x34)) > 500
    assert _count(beside, theme.PANEL) > 50_000
    assert under.height > beside.height + 2 * theme.px(30)


@pytest.mark.parametrize("count", range(1, 11))
def test_pictures_fill_a_grid(count: int) -> None:
    """Each of up to ten pictures can be seen, none beyond the content's width."""
    attachments, files = _pictures(count)
    image = _drawn(files, attachments=attachments)
    for n in range(count):
        box = _box(image, (200, 10 * n, 255 - 10 * n))
        assert box[2] - box[0] > 200
        assert box[3] - box[1] > 200
        assert box[0] >= theme.px(theme.GUTTER)
        assert box[2] <= theme.px(theme.GUTTER + theme.CONTENT_WIDTH)


def test_three_pictures_are_one_tall_and_two_beside_it() -> None:
    """The first is as high as the others together."""
    attachments, files = _pictures(3)
    image = _drawn(files, attachments=attachments)
    first, second, third = (_box(image, (200, 10 * n, 255 - 10 * n)) for n in range(3))
    assert (first[1], first[3]) == (second[1], third[3])
    assert second[0] == third[0] >= first[2]
    assert first[2] - first[0] > 1.5 * (second[2] - second[0])


def test_embeds_with_one_url_are_one_grid() -> None:
    """As Discord shows them: the images of all in the first; with different ones each has its own."""
    files = {f"https://cdn/{n}.png": _png((200, 10 * n, 255 - 10 * n)) for n in range(4)}
    embeds: list[Any] = [{"url": "https://a", "image": {"url": name}} for name in files]
    together = _drawn(files, embeds=embeds)
    apart = _drawn(files, embeds=[{**each, "url": f"https://{n}"} for n, each in enumerate(embeds)])
    tops = [_box(together, (200, 10 * n, 255 - 10 * n))[1] for n in range(4)]
    assert tops[0] == tops[1] < tops[2] == tops[3]
    assert apart.height > together.height * 1.5


def test_an_uploaded_picture_is_found_by_its_name() -> None:
    """`attachment://name` of an embed leads to the attachment's bytes."""
    embed = {"image": {"url": "attachment://a.png"}}
    attachment = {"id": "5", "filename": "a.png", "content_type": "text/plain"}
    assert _count(_drawn({"5": _png((1, 2, 250))}, embeds=[embed], attachments=[attachment]), (1, 2, 250)) > 1000


def test_other_files_are_cards() -> None:
    """A text file shows its name as a link."""
    attachment = {"id": "5", "filename": "prompt.txt", "content_type": "text/plain", "size": 2048}
    assert _count(_drawn(attachments=[attachment]), theme.LINK) > 100


@pytest.mark.parametrize(
    ("style", "colour"), [(1, theme.BLURPLE), (2, theme.GREY), (3, theme.GREEN), (4, theme.RED), (5, theme.GREY)]
)
def test_buttons_have_their_colours_and_are_dimmed_when_disabled(style: int, colour: tuple[int, int, int]) -> None:
    """A disabled one shows half of it."""
    live, dead = _drawn(components=[_button(style=style)]), _drawn(components=[_button(style=style, disabled=True)])
    assert _count(live, colour) > _count(dead, colour) + 3000
    assert _count(dead, theme.blend(colour, theme.BACKGROUND, 0.5)) > 3000


def test_a_button_shows_its_emoji_where_it_can_be_drawn() -> None:
    """A known one widens the button, an unknown one is left out."""
    plain = _drawn(components=[_button()])
    assert _drawn(components=[_button(emoji={"name": "🗑️"})]).tobytes() != plain.tobytes()
    assert _drawn(components=[_button(emoji={"name": "🦊"})]).tobytes() == plain.tobytes()


def test_a_select_shows_its_choice_or_placeholder() -> None:
    """The chosen option replaces the placeholder."""
    select = {"type": 3, "placeholder": "Pick", "options": [{"label": "One", "value": "1"}]}
    empty = _drawn(components=[{"type": 1, "components": [select]}])
    select = {**select, "options": [{"label": "One", "value": "1", "default": True}]}
    assert _count(empty, theme.DEEP) > 10_000
    assert _drawn(components=[{"type": 1, "components": [select]}]).tobytes() != empty.tobytes()


def test_what_surrounds_a_message() -> None:
    """The line above an answer, the APP badge, the notice of an ephemeral one, the thinking one."""
    plain = _drawn(content="x")
    used = _drawn(content="x", interaction={"type": 2, "name": "imagine", "user": MARA})
    assert used.height == plain.height + theme.px(26)
    assert _count(plain, theme.BLURPLE) > _count(_drawn(content="x", author=MARA), theme.BLURPLE) + 300
    ephemeral = _drawn(content="x", flags=64)
    assert _count(ephemeral, theme.EPHEMERAL) > 100_000
    assert _count(ephemeral, theme.LINK) > 100
    assert _count(_drawn(flags=128), theme.MUTED) > _count(_drawn(), theme.MUTED) + 100
    edited = _drawn(content="x", edited_timestamp=AT)
    assert (edited.height, edited.tobytes() == plain.tobytes()) == (plain.height, False)


def test_a_conversation_stacks_its_messages() -> None:
    """As high as its messages, without the margins between."""
    one, two = _drawn(content="one"), _drawn(content="two\nlines")
    both = Image.open(
        BytesIO(render_conversation([(_message(content="one"), {}), (_message(content="two\nlines"), {})]))
    )
    assert both.height == one.height + two.height - theme.px(16)
