"""Colours that go together, from the sky's top to the ground before one's feet."""

from dataclasses import dataclass
from typing import Final

Colour = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Palette:
    """A light: three stops of sky, the sun or moon, the farthest and the nearest land."""

    top: Colour
    middle: Colour
    horizon: Colour
    sun: Colour
    far: Colour
    near: Colour
    night: bool = False


PALETTES: Final = (
    Palette(  # sunset
        top=(43, 32, 92),
        middle=(196, 78, 118),
        horizon=(255, 183, 112),
        sun=(255, 236, 190),
        far=(176, 84, 124),
        near=(32, 20, 54),
    ),
    Palette(  # morning
        top=(92, 148, 206),
        middle=(168, 206, 226),
        horizon=(255, 231, 204),
        sun=(255, 250, 232),
        far=(150, 184, 202),
        near=(28, 64, 78),
    ),
    Palette(  # teal dusk
        top=(12, 38, 66),
        middle=(32, 112, 128),
        horizon=(244, 196, 140),
        sun=(255, 226, 172),
        far=(62, 124, 134),
        near=(8, 26, 42),
    ),
    Palette(  # lavender
        top=(74, 78, 158),
        middle=(168, 138, 204),
        horizon=(250, 208, 214),
        sun=(255, 244, 236),
        far=(150, 132, 192),
        near=(40, 34, 84),
    ),
    Palette(  # desert
        top=(62, 98, 140),
        middle=(226, 164, 122),
        horizon=(252, 216, 158),
        sun=(255, 246, 214),
        far=(214, 134, 98),
        near=(88, 34, 34),
    ),
    Palette(  # forest mist
        top=(138, 176, 168),
        middle=(190, 212, 194),
        horizon=(240, 238, 212),
        sun=(255, 253, 236),
        far=(148, 182, 164),
        near=(18, 48, 42),
    ),
    Palette(  # coral sea
        top=(26, 66, 128),
        middle=(98, 148, 196),
        horizon=(255, 190, 170),
        sun=(255, 238, 220),
        far=(110, 128, 178),
        near=(20, 36, 78),
    ),
    Palette(  # night
        top=(6, 10, 30),
        middle=(16, 32, 74),
        horizon=(66, 92, 142),
        sun=(238, 240, 226),
        far=(40, 62, 108),
        near=(5, 9, 22),
        night=True,
    ),
    Palette(  # aurora
        top=(6, 14, 34),
        middle=(12, 58, 76),
        horizon=(62, 158, 134),
        sun=(226, 250, 236),
        far=(24, 84, 94),
        near=(4, 14, 22),
        night=True,
    ),
    Palette(  # ember
        top=(30, 12, 34),
        middle=(128, 34, 50),
        horizon=(248, 138, 72),
        sun=(255, 222, 158),
        far=(138, 50, 60),
        near=(22, 8, 20),
    ),
)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` with a `share` (0 to 1) of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
