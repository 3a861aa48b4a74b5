"""Rows of buttons and selects under a message."""

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render import symbols, theme
from sandbox.render.canvas import Block, beside, panel, stack
from sandbox.render.markdown import Names
from sandbox.render.text import Setter, Type
from sandbox.render.theme import Colour, letter, px
from sandbox.render.values import Json, number, part, parts, text

_LABEL: Final = Type(size=letter(14), line=px(18), colour=theme.WHITE)
_FILLS: Final = {1: theme.BLURPLE, 2: theme.GREY, 3: theme.GREEN, 4: theme.RED, 5: theme.GREY, 6: theme.BLURPLE}
_ROW, _BUTTON, _LINK_STYLE = 1, 2, 5
SELECTS: Final = frozenset({3, 5, 6, 7, 8})
_PLACEHOLDERS: Final = {5: "Select a user", 6: "Select a role", 7: "Select", 8: "Select a channel"}


def component_blocks(setter: Setter, components: Sequence[Json], background: Colour, names: Names) -> list[Block]:
    """Draw a message's action rows; rows break where their buttons need more room than there is."""
    rows = []
    for row in components[:5]:
        if number(row, "type") != _ROW:
            continue
        blocks = [_component(setter, each, background, names) for each in parts(row, "components", 5)]
        rows += _wrapped([block for block in blocks if block is not None])
    return rows


def _wrapped(blocks: list[Block]) -> list[Block]:
    lines: list[list[Block]] = []
    room = 0
    for block in blocks:
        if not lines or block.width > room:
            lines.append([])
            room = px(theme.CONTENT_WIDTH)
        lines[-1].append(block)
        room -= block.width + px(8)
    return [stack([beside(line, px(8)) for line in lines], px(8))] if lines else []


def _component(setter: Setter, component: Json, background: Colour, names: Names) -> Block | None:
    kind = number(component, "type")
    if kind == _BUTTON:
        return _button(setter, component, background)
    return select_block(setter, component, background, names) if kind in SELECTS else None


def _button(setter: Setter, button: Json, background: Colour) -> Block:
    disabled, style = button.get("disabled") is True, number(button, "style") or 2
    dim = 0.5 if disabled else 0.0
    fill = theme.blend(_FILLS.get(style, theme.GREY), background, dim)
    ink = Type(size=_LABEL.size, line=_LABEL.line, colour=theme.blend(theme.WHITE, background, dim))
    sign = _sign(setter, text(part(button, "emoji"), "name"))
    words = " ".join(filter(None, (sign, text(button, "label")[:80])))
    label = setter.line(words, ink, px(400)) if words else setter.plain(" ", ink, px(40))
    linked = style == _LINK_STYLE
    width = max(label.width + px(32) + (px(22) if linked else 0), px(60))
    height = px(32)

    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + width, y + height), px(6), fill)
        label.draw(image, x + (width - label.width - (px(22) if linked else 0)) // 2, y + px(7))
        if linked:
            _leaving(image, x + width - px(30), y + px(9), ink.colour)

    return Block(width=width, height=height, draw=draw)


def _chosen(default: Json, names: Names) -> str:
    sign = "#" if text(default, "type") == "channel" else "@"
    return sign + names.mentioned.get(sign + text(default, "id"), "unknown").removeprefix("@")


def _sign(setter: Setter, emoji: str) -> str:
    """Return the characters of an emoji that can be drawn as what they are."""
    return "".join(char for char in emoji if symbols.known(char) or (len(emoji) <= 2 and setter.fonts.has(char)))  # noqa: PLR2004


def _leaving(image: Image.Image, x: int, y: int, colour: Colour) -> None:
    pen, side, line = ImageDraw.Draw(image), px(12), px(1.5)
    box = [(x + side * 0.4, y + px(1)), (x, y + px(1)), (x, y + side), (x + side, y + side), (x + side, y + side * 0.6)]
    pen.line(box, fill=colour, width=line)
    pen.line((x + side * 0.45, y + side * 0.55, x + side, y), fill=colour, width=line)
    pen.line([(x + side * 0.6, y), (x + side, y), (x + side, y + side * 0.4)], fill=colour, width=line)


def select_block(setter: Setter, select: Json, background: Colour, names: Names, *, width: int = px(400)) -> Block:
    """Draw a closed select with what is chosen in it."""
    height = px(40)
    disabled = select.get("disabled") is True
    chosen = [text(each, "label") for each in parts(select, "options", 25) if each.get("default") is True]
    chosen += [_chosen(each, names) for each in parts(select, "default_values", 25)]
    kind = number(select, "type") or 3
    words = ", ".join(chosen) or text(select, "placeholder") or _PLACEHOLDERS.get(kind, "Make a selection")
    colour = theme.blend(theme.TEXT if chosen else theme.MUTED, background, 0.5 if disabled else 0.0)
    label = setter.line(words, Type(size=letter(15), line=px(20), colour=colour), width - px(56))

    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + width, y + height), px(6), theme.DEEP)
        label.draw(image, x + px(12), y + px(10))
        left, top = x + width - px(28), y + px(17)
        points = [(left, top), (left + px(6), top + px(6)), (left + px(12), top)]
        ImageDraw.Draw(image).line(points, fill=colour, width=px(2), joint="curve")

    return Block(width=width, height=height, draw=draw)
