"""A modal of Discord's API drawn as its dark theme shows it."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render import theme
from sandbox.render.canvas import Block, padded, panel, stack
from sandbox.render.components import SELECTS, select_block
from sandbox.render.fonts import Fonts
from sandbox.render.markdown import Names
from sandbox.render.message import names_in
from sandbox.render.richtext import rich
from sandbox.render.text import Setter, Type
from sandbox.render.theme import letter, px
from sandbox.render.values import Json, number, part, parts, text

_WIDTH: Final = px(440)
_INSIDE: Final = _WIDTH - 2 * px(24)
_TITLE: Final = Type(size=letter(20), line=px(26), colour=theme.HEADING, bold=True)
_LABEL: Final = Type(size=letter(14), line=px(20), colour=theme.HEADING, bold=True)
_QUIET: Final = Type(size=letter(13), line=px(18), colour=theme.MUTED)
_VALUE: Final = Type(size=letter(15), line=px(20))
_HINT: Final = Type(size=letter(15), line=px(20), colour=theme.MUTED)
_BUTTON: Final = Type(size=letter(14), line=px(20), colour=theme.WHITE, bold=True)
_ROW, _TEXT_DISPLAY, _LABELLED, _UPLOAD, _RADIO, _CHECKS, _CHECK = 1, 10, 18, 19, 21, 22, 23
_MULTILINE: Final = 2


def render_modal(modal: Mapping[str, object]) -> bytes:
    """Return a PNG of a modal, 1000 pixels wide (500 at scale 2). Blocking: call it in a thread.

    `modal` is the `data` of the callback that shows it. What it lacks or has wrong is left out.
    """
    setter, names = Setter(Fonts()), names_in(modal)
    rows = [setter.line(text(modal, "title"), _TITLE, _INSIDE)]
    for each in parts(modal, "components", 5):
        rows += _part(setter, each, names)
    body = padded(stack([*rows, _ending(setter)], px(16)), left=px(24), top=px(24), bottom=px(24))
    image = Image.new("RGB", (_WIDTH + 2 * px(30), body.height + 2 * px(30)), theme.DEEP)
    panel(image, (px(30), px(30), px(30) + _WIDTH, px(30) + body.height), px(12), theme.BACKGROUND)
    body.draw(image, px(30), px(30))
    out = BytesIO()
    image.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _part(setter: Setter, shown: Json, names: Names) -> list[Block]:
    kind = number(shown, "type")
    if kind == _TEXT_DISPLAY:
        return [rich(setter, text(shown, "content"), names, _VALUE, _INSIDE)]
    fields = [part(shown, "component")] if kind == _LABELLED else parts(shown, "components", 5)
    blocks = []
    for field in fields:
        label = text(shown if kind == _LABELLED else field, "label")
        above = [setter.plain(label + (" *" if field.get("required", True) is True else ""), _LABEL, _INSIDE)]
        if description := text(shown, "description"):
            above.append(setter.plain(description, _QUIET, _INSIDE))
        blocks.append(stack([*above, _field(setter, field, names)], px(6)))
    return blocks


def _field(setter: Setter, field: Json, names: Names) -> Block:
    kind = number(field, "type")
    if kind in SELECTS:
        return select_block(setter, field, theme.BACKGROUND, names, width=_INSIDE)
    if kind == _UPLOAD:
        return _boxed(setter.plain("Drop a file here or browse", _HINT, _INSIDE - px(24)), px(64))
    if kind in {_RADIO, _CHECKS}:
        marks = [
            _mark(setter, each, text(each, "label"), round_=kind == _RADIO) for each in parts(field, "options", 10)
        ]
        return stack(marks, px(6))
    if kind == _CHECK:
        return _mark(setter, field, "", round_=False)
    tall = px(104) if number(field, "style") == _MULTILINE else px(40)
    value, hint = text(field, "value"), text(field, "placeholder")
    inside = setter.plain(value or hint, _VALUE if value else _HINT, _INSIDE - px(24))
    return _boxed(inside, max(tall, inside.height + px(20)))


def _boxed(inside: Block, height: int) -> Block:
    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + _INSIDE, y + height), px(6), theme.DEEP)
        inside.draw(image, x + px(12), y + px(10))

    return Block(width=_INSIDE, height=height, draw=draw)


def _mark(setter: Setter, option: Json, label: str, *, round_: bool) -> Block:
    words = setter.line(label or " ", _VALUE, _INSIDE - px(32))
    side = px(20)

    def draw(image: Image.Image, x: int, y: int) -> None:
        chosen = option.get("default") is True
        radius = side // 2 if round_ else px(4)
        panel(image, (x, y, x + side, y + side), radius, theme.BLURPLE if chosen else theme.DEEP)
        if chosen:
            tick = [
                (x + side * 0.25, y + side * 0.5),
                (x + side * 0.45, y + side * 0.7),
                (x + side * 0.75, y + side * 0.3),
            ]
            ImageDraw.Draw(image).line(tick, fill=theme.WHITE, width=px(2), joint="curve")
        words.draw(image, x + px(32), y)

    return Block(width=_INSIDE, height=side, draw=draw)


def _ending(setter: Setter) -> Block:
    """Draw Cancel and Submit, side by side."""
    words = [setter.plain(each, _BUTTON, px(100)) for each in ("Cancel", "Submit")]
    height, wide = px(38), (_INSIDE - px(8)) // 2

    def draw(image: Image.Image, x: int, y: int) -> None:
        for place, (word, colour) in enumerate(zip(words, (theme.GREY, theme.BLURPLE), strict=True)):
            left = x + place * (wide + px(8))
            panel(image, (left, y, left + wide, y + height), px(8), colour)
            word.draw(image, left + (wide - word.width) // 2, y + px(9))

    return Block(width=_INSIDE, height=height, draw=draw)
