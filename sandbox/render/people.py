"""Avatars, names and the line above an answer that says who used which command."""

import zlib
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render import theme
from sandbox.render.canvas import Block, disc, panel, stamp
from sandbox.render.fonts import Face
from sandbox.render.shapes import SYMBOLS
from sandbox.render.text import Setter, Type
from sandbox.render.theme import Colour, letter, px
from sandbox.render.values import Json, number, part, text, time, user_name

_NAME: Final = Type(size=letter(16), line=px(22), colour=theme.HEADING, bold=True)
_TIME: Final = Type(size=letter(12), line=px(22), colour=theme.MUTED)
_BADGE: Final = Type(size=letter(10), line=px(15), colour=theme.WHITE, bold=True)
_REPLY: Final = Type(size=letter(14), line=px(18), colour=theme.MUTED)
_REPLY_NAME: Final = Type(size=letter(14), line=px(18), colour=theme.TEXT, bold=True)
_REPLY_COMMAND: Final = Type(size=letter(14), line=px(18), colour=theme.LINK)
_SEATS: Final[tuple[Colour, ...]] = (
    (88, 101, 242),
    (116, 126, 141),
    (59, 165, 93),
    (250, 166, 26),
    (237, 66, 69),
    (235, 69, 158),
)
_COMMAND: Final = 2  # interaction type
_MENU: Final = 23  # message type: the command was chosen in a menu


def avatar(setter: Setter, user: Json, size: int) -> Block:
    """Draw a user's circle: the bot's own sign, or the first letter of a name."""
    name = user_name(user)
    colour = _SEATS[zlib.crc32((text(user, "id") or name).encode(errors="replace")) % len(_SEATS)]

    def draw(image: Image.Image, x: int, y: int) -> None:
        box = (x, y, x + size, y + size)
        if user.get("bot") is True:
            _spark(image, box)
            return
        disc(image, box, colour)
        letters = name[:1].upper()
        if setter.fonts.has(letters):
            font = setter.fonts.get(Face.SEMIBOLD, max(round(size * 0.5), 1))
            middle = (x + size / 2, y + size * 0.5)
            ImageDraw.Draw(image).text(middle, letters, font=font, fill=theme.WHITE, anchor="mm")

    return Block(width=size, height=size, draw=draw)


def header(setter: Setter, message: Json) -> Block:
    """Draw the author's name, the APP badge and the time."""
    author, at = part(message, "author"), time(message, "timestamp")
    name = setter.line(user_name(author), _NAME, px(280))
    when = setter.line("" if at is None else f"Today at {at:%H:%M}", _TIME, px(160))
    badge = setter.plain("APP", _BADGE, px(60)) if author.get("bot") is True else None
    tag = badge.width + px(9) if badge else 0

    def draw(image: Image.Image, x: int, y: int) -> None:
        name.draw(image, x, y)
        x += name.width + px(6)
        if badge:
            panel(image, (x, y + px(4), x + tag, y + px(19)), px(4), theme.BLURPLE)
            badge.draw(image, x + px(4.5), y + px(4))
            x += tag + px(7)
        when.draw(image, x, y + px(1))

    width = name.width + px(6) + (tag + px(7) if badge else 0) + when.width
    return Block(width=width, height=px(22), draw=draw)


def used_line(setter: Setter, message: Json) -> Block | None:
    """Draw "Mara used /imagine" with its bent line; None for a message that answers no command."""
    interaction = part(message, "interaction") or part(message, "interaction_metadata")
    command, user = text(interaction, "name"), part(interaction, "user")
    if number(interaction, "type") != _COMMAND or not command:
        return None
    face = avatar(setter, user, px(16))
    words = [
        setter.line(user_name(user), _REPLY_NAME, px(180)),
        setter.plain("used", _REPLY, px(60)),
        setter.line(command if number(message, "type") == _MENU else f"/{command}", _REPLY_COMMAND, px(200)),
    ]

    def draw(image: Image.Image, x: int, y: int) -> None:
        _bend(image, x - px(36), y + px(9), x - px(4), y + px(22))
        face.draw(image, x, y + px(1))
        x += px(20)
        for word in words:
            word.draw(image, x, y)
            x += word.width + px(4)

    return Block(width=px(20) + sum(word.width + px(4) for word in words), height=px(22), draw=draw)


def _bend(image: Image.Image, left: int, top: int, right: int, bottom: int) -> None:
    def painter(pen: ImageDraw.ImageDraw, fine: int) -> None:
        line, corner, wide, high = px(2) * fine, px(6) * fine, (right - left) * fine, (bottom - top) * fine
        pen.arc((0, 0, 2 * corner, 2 * corner), 180, 270, fill=255, width=line)
        pen.rectangle((corner, 0, wide, line - 1), fill=255)
        pen.rectangle((0, corner, line - 1, high), fill=255)

    stamp(image, (left, top, right, bottom), theme.SPINE, painter)


def _spark(image: Image.Image, box: tuple[int, int, int, int]) -> None:
    size = box[2] - box[0]
    shade = Image.linear_gradient("L").resize((size, size)).rotate(45, Image.Resampling.BICUBIC, fillcolor=128)
    colours = Image.composite(
        Image.new("RGB", (size, size), (235, 69, 158)), Image.new("RGB", (size, size), (88, 72, 232)), shade
    )
    circle = Image.new("L", (size * 4, size * 4), 0)
    ImageDraw.Draw(circle).ellipse((0, 0, size * 4 - 1, size * 4 - 1), fill=255)
    image.paste(colours, box[:2], circle.reduce(4))
    points = SYMBOLS["✨"][0].points
    stamp(
        image,
        box,
        theme.WHITE,
        lambda pen, fine: pen.polygon([(x * size * fine, y * size * fine) for x, y in points], 255),
    )
