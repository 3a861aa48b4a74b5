"""Characters that the typeface lacks, drawn as shapes: those we know as what they are, others as a quiet sign."""

from typing import Final

from PIL import Image, ImageDraw

from sandbox.render.canvas import stamp
from sandbox.render.shapes import SYMBOLS, Shape, box
from sandbox.render.theme import Colour

_NARROW: Final = frozenset("█▓▒░▌▏─│▰▱")
_EMOJI_FROM: Final = 0x2190  # arrows and all symbol blocks after them
_LETTERS_FROM, _LETTERS_TO = 0x2E80, 0x1EFFF  # ideographs and other scripts, before the emoji


def advance(char: str, size: int) -> float:
    """Return how wide a character is drawn that the typeface lacks, at a letter size in device pixels."""
    if char in _NARROW:
        return size * 0.58
    return size * 1.1 if char in SYMBOLS else size * 0.8


def known(char: str) -> bool:
    """Tell whether we draw this character as what it is."""
    return char in SYMBOLS


def draw(image: Image.Image, char: str, at: tuple[float, float], size: int, colour: Colour) -> None:
    """Draw a character whose square stands on `at` (left end of the baseline); a quiet sign when unknown."""
    wide = advance(char, size)
    side = round(wide if char in _NARROW else wide * 0.9)
    tall = round(size * 0.78) if char in _NARROW else side
    left = round(at[0] + (0 if char in _NARROW else (wide - side) / 2))
    if char in _NARROW:
        side = round(at[0] + wide) - left  # no gap to the next one
    top = round(at[1] - size * 0.32 - tall / 2)
    shapes = SYMBOLS.get(char) or _unknown(char)
    for shape in shapes:
        _paint(image, shape, (left, top, left + max(side, 1), top + max(tall, 1)), colour)


def _unknown(char: str) -> tuple[Shape, ...]:
    if ord(char) >= _EMOJI_FROM and not _LETTERS_FROM <= ord(char) <= _LETTERS_TO:
        return (Shape(points=((0.22, 0.22), (0.78, 0.78)), kind="ellipse", strength=0.45),)
    return (Shape(points=(*box(0.16, 0.12, 0.84, 0.88), (0.16, 0.08)), kind="line", stroke=0.06, strength=0.5),)


def _paint(image: Image.Image, shape: Shape, area: tuple[int, int, int, int], colour: Colour) -> None:
    width, height = area[2] - area[0], area[3] - area[1]

    def painter(pen: ImageDraw.ImageDraw, fine: int) -> None:
        level = round(255 * shape.strength)
        points = [(x * width * fine, y * height * fine) for x, y in shape.points]
        match shape.kind:
            case "ellipse":
                pen.ellipse((*points[0], *points[1]), fill=level)
            case "line":
                stroke = max(round(shape.stroke * height * fine), 1)
                pen.line(points, fill=level, width=stroke, joint="curve")
            case _:
                pen.polygon(points, fill=level)

    stamp(image, area, shape.colour or colour, painter)
