"""Blocks that know their size before they are drawn, and the smooth shapes that ImageDraw lacks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

from sandbox.render.theme import Colour

Painter = Callable[[ImageDraw.ImageDraw, int], None]
Box = tuple[int, int, int, int]

_FINE: Final = 4  # shapes are drawn this much larger and reduced, which smooths their edges


@dataclass(frozen=True, kw_only=True)
class Block:
    """A rectangle in device pixels; `draw` paints it with its upper left corner at x, y."""

    width: int
    height: int
    draw: Callable[[Image.Image, int, int], None]


def stack(blocks: Sequence[Block], gap: int) -> Block:
    """Put blocks under one another."""

    def draw(image: Image.Image, x: int, y: int) -> None:
        for block in blocks:
            block.draw(image, x, y)
            y += block.height + gap

    height = sum(block.height for block in blocks) + gap * max(len(blocks) - 1, 0)
    return Block(width=max((block.width for block in blocks), default=0), height=height, draw=draw)


def beside(blocks: Sequence[Block], gap: int) -> Block:
    """Put blocks next to one another, their tops aligned."""

    def draw(image: Image.Image, x: int, y: int) -> None:
        for block in blocks:
            block.draw(image, x, y)
            x += block.width + gap

    width = sum(block.width for block in blocks) + gap * max(len(blocks) - 1, 0)
    return Block(width=width, height=max((block.height for block in blocks), default=0), draw=draw)


def padded(block: Block, *, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0) -> Block:
    """Leave room around a block."""

    def draw(image: Image.Image, x: int, y: int) -> None:
        block.draw(image, x + left, y + top)

    width, height = block.width + left + right, block.height + top + bottom
    return Block(width=width, height=height, draw=draw)


def stamp(image: Image.Image, box: Box, colour: Colour, painter: Painter) -> None:
    """Paint a smooth shape; `painter` gets a drawing of the box and how many of its pixels are one of ours."""
    size = max(box[2] - box[0], 1), max(box[3] - box[1], 1)
    mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)
    painter(ImageDraw.Draw(mask), _FINE)
    image.paste(colour, box[:2], mask.reduce(_FINE))


def panel(image: Image.Image, box: Box, radius: int, colour: Colour) -> None:
    """Paint a rectangle with round corners."""
    width, height = box[2] - box[0], box[3] - box[1]
    radius = min(radius, width // 2, height // 2)
    if width <= 0 or height <= 0:
        return
    draw = ImageDraw.Draw(image)
    if width > 2 * radius:
        draw.rectangle((box[0] + radius, box[1], box[2] - radius - 1, box[3] - 1), fill=colour)
    if height > 2 * radius:
        draw.rectangle((box[0], box[1] + radius, box[2] - 1, box[3] - radius - 1), fill=colour)
    for left in (box[0], box[2] - 2 * radius):
        for top in (box[1], box[3] - 2 * radius):
            disc(image, (left, top, left + 2 * radius, top + 2 * radius), colour)


def disc(image: Image.Image, box: Box, colour: Colour) -> None:
    """Paint a circle or an ellipse."""
    width, height = box[2] - box[0], box[3] - box[1]
    if width > 0 and height > 0:
        stamp(image, box, colour, lambda pen, fine: pen.ellipse((0, 0, width * fine - 1, height * fine - 1), fill=255))


def paste_rounded(image: Image.Image, picture: Image.Image, at: tuple[int, int], radius: int) -> None:
    """Paste a picture with round corners."""
    corners = Image.new("L", picture.size, 0)
    panel_mask(corners, radius)
    image.paste(picture, at, corners)


def panel_mask(mask: Image.Image, radius: int) -> None:
    """Fill a mask except for its corners."""
    large = Image.new("L", (mask.width * 2, mask.height * 2), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * 2, fill=255)
    mask.paste(large.reduce(2))
