"""Sizes and colours of Discord's dark theme."""

from typing import Final

Colour = tuple[int, int, int]

SCALE: Final = 2  # device pixels per logical pixel
WIDTH: Final = 620  # logical pixels of the whole picture
GUTTER: Final = 72  # where a message's text begins
MARGIN: Final = 16
CONTENT_WIDTH: Final = WIDTH - GUTTER - MARGIN
EMBED_WIDTH: Final = 520

BACKGROUND: Final[Colour] = (49, 51, 56)
EPHEMERAL: Final[Colour] = (54, 57, 72)
PANEL: Final[Colour] = (43, 45, 49)
DEEP: Final[Colour] = (30, 31, 34)
TEXT: Final[Colour] = (219, 222, 225)
HEADING: Final[Colour] = (242, 243, 245)
MUTED: Final[Colour] = (148, 155, 164)
LINK: Final[Colour] = (0, 168, 252)
BLURPLE: Final[Colour] = (88, 101, 242)
GREY: Final[Colour] = (78, 80, 88)
GREEN: Final[Colour] = (36, 128, 70)
RED: Final[Colour] = (218, 55, 60)
YELLOW: Final[Colour] = (240, 178, 50)
WHITE: Final[Colour] = (255, 255, 255)
MENTION_FILL: Final[Colour] = (60, 66, 112)
MENTION_TEXT: Final[Colour] = (201, 205, 251)
TIME_FILL: Final[Colour] = (64, 66, 73)
SPINE: Final[Colour] = (77, 80, 88)


def px(logical: float) -> int:
    """Return device pixels."""
    return round(logical * SCALE)


def letter(logical: float) -> int:
    """Return the device size of letters; our typeface looks smaller than Discord's own at the same size."""
    return round(logical * SCALE * 1.07)


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with a `share` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
