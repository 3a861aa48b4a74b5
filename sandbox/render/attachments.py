"""Attachments: pictures in a grid, other files as cards."""

from collections.abc import Sequence
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render import pictures, theme
from sandbox.render.canvas import Block, panel
from sandbox.render.pictures import Files
from sandbox.render.text import Setter, Type
from sandbox.render.theme import letter, px
from sandbox.render.values import Json, number, text

_NAME: Final = Type(size=letter(16), line=px(20), colour=theme.LINK)
_SIZE: Final = Type(size=letter(12), line=px(16), colour=theme.MUTED)
_COVER: Final = Type(size=letter(15), line=px(20), colour=theme.HEADING, bold=True)
_PICTURES: Final = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def attachment_blocks(setter: Setter, attachments: Sequence[Json], files: Files) -> list[Block]:
    """Draw a message's attachments: first all pictures, then a card for each other file."""
    shown = [each for each in attachments if _is_picture(each)]
    blocks = []
    if shown:
        found = [files.picture(each) for each in shown]
        hidden = {number for number, each in enumerate(shown) if _is_spoiler(each)}
        found = [pictures.covered(each) if number in hidden else each for number, each in enumerate(found)]
        width = px(min(550, theme.CONTENT_WIDTH))
        blocks.append(pictures.grid(found, width, tall=px(350), lids=dict.fromkeys(hidden, _lid(setter))))
    cards = [(each, _card(setter, each)) for each in attachments if not _is_picture(each)]
    return blocks + [pictures.lidded(card, _lid(setter)) if _is_spoiler(each) else card for each, card in cards]


def _is_spoiler(attachment: Json) -> bool:
    """Whether Discord covers a file: https://discord.com/developers/docs/resources/message#attachment-object."""
    return text(attachment, "filename").startswith("SPOILER_")


def _lid(setter: Setter) -> Block:
    label = setter.plain("SPOILER", _COVER, px(120))
    width, height = label.width + px(24), px(34)

    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + width, y + height), px(17), theme.DEEP)
        label.draw(image, x + px(12), y + px(7))

    return Block(width=width, height=height, draw=draw)


def _is_picture(attachment: Json) -> bool:
    kind = text(attachment, "content_type")
    return kind.startswith("image/") or (not kind and text(attachment, "filename").lower().endswith(_PICTURES))


def _card(setter: Setter, attachment: Json) -> Block:
    width, height = px(432), px(66)
    name = setter.line(text(attachment, "filename") or "file", _NAME, width - px(80))
    size = setter.line(_human(number(attachment, "size") or 0), _SIZE, width - px(80))

    def draw(image: Image.Image, x: int, y: int) -> None:
        panel(image, (x, y, x + width, y + height), px(8), theme.DEEP)
        panel(image, (x + px(1), y + px(1), x + width - px(1), y + height - px(1)), px(7), theme.PANEL)
        _sheet(image, x + px(14), y + px(13))
        name.draw(image, x + px(56), y + px(14))
        size.draw(image, x + px(56), y + px(36))

    return Block(width=width, height=height, draw=draw)


def _sheet(image: Image.Image, x: int, y: int) -> None:
    width, height, fold = px(30), px(40), px(10)
    pen = ImageDraw.Draw(image)
    outline = [(x, y), (x + width - fold, y), (x + width, y + fold), (x + width, y + height), (x, y + height)]
    pen.polygon(outline, fill=(211, 214, 253))
    pen.polygon([(x + width - fold, y), (x + width, y + fold), (x + width - fold, y + fold)], fill=theme.BLURPLE)
    for row in range(3):
        top = y + px(17 + 6 * row)
        pen.rectangle((x + px(6), top, x + width - px(6 + 6 * (row == 2)), top + px(2)), fill=theme.BLURPLE)  # noqa: PLR2004


def _human(size: int) -> str:
    if size < 1024:  # noqa: PLR2004 - bytes of a kilobyte
        return f"{size} bytes"
    return f"{size / 1024:.2f} KB" if size < 1024**2 else f"{size / 1024**2:.2f} MB"
