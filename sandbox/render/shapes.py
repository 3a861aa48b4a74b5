"""The shapes of symbols that the typeface lacks, in a square of one by one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sandbox.render import theme
from sandbox.render.theme import Colour

Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A polygon, an ellipse or an open line (its `stroke` in parts of the square); no colour: the text's own."""

    points: Sequence[Point]
    kind: str = "polygon"  # polygon, ellipse (two corners), line
    stroke: float = 0.0
    colour: Colour | None = None
    strength: float = 1.0  # how much of the colour shows over the background


def box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    """Return the corners of a rectangle."""
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _star(tips: int, inner: float) -> tuple[Point, ...]:
    ring = []
    for step in range(2 * tips):
        radius, angle = (0.48 if step % 2 == 0 else inner), math.pi * step / tips - math.pi / 2
        ring.append((0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)))
    return tuple(ring)


def _arc(start: float, end: float, radius: float = 0.34) -> tuple[Point, ...]:
    angles = [math.radians(start + (end - start) * step / 24) for step in range(25)]
    return tuple((0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle)) for angle in angles)


_CHECK: Final = Shape(points=((0.18, 0.55), (0.42, 0.78), (0.84, 0.24)), kind="line", stroke=0.13)
_CROSS: Final = (
    Shape(points=((0.22, 0.22), (0.78, 0.78)), kind="line", stroke=0.13),
    Shape(points=((0.78, 0.22), (0.22, 0.78)), kind="line", stroke=0.13),
)
_TURN: Final = (
    Shape(points=_arc(-50, 240), kind="line", stroke=0.1),
    Shape(points=((0.52, 0.02), (0.52, 0.42), (0.82, 0.22))),
)
_TURNS: Final = (
    Shape(points=_arc(-160, -30), kind="line", stroke=0.1),
    Shape(points=((0.66, 0.42), (0.96, 0.42), (0.86, 0.14))),
    Shape(points=_arc(20, 150), kind="line", stroke=0.1),
    Shape(points=((0.34, 0.58), (0.04, 0.58), (0.14, 0.86))),
)
_BIN: Final = (
    Shape(points=box(0.16, 0.2, 0.84, 0.3)),
    Shape(points=box(0.38, 0.1, 0.62, 0.2)),
    Shape(points=((0.23, 0.36), (0.77, 0.36), (0.71, 0.92), (0.29, 0.92))),
)
_GLASS: Final = (
    Shape(points=box(0.2, 0.06, 0.8, 0.14), colour=(186, 142, 96)),
    Shape(points=box(0.2, 0.86, 0.8, 0.94), colour=(186, 142, 96)),
    Shape(points=((0.28, 0.16), (0.72, 0.16), (0.5, 0.5)), colour=(130, 190, 230)),
    Shape(points=((0.5, 0.5), (0.72, 0.84), (0.28, 0.84)), colour=(240, 200, 110)),
)
_GIFT: Final = (
    Shape(points=box(0.14, 0.44, 0.86, 0.92), colour=(237, 110, 120)),
    Shape(points=box(0.08, 0.3, 0.92, 0.46), colour=(237, 66, 69)),
    Shape(points=box(0.43, 0.3, 0.57, 0.92), colour=theme.YELLOW),
    Shape(points=((0.5, 0.3), (0.24, 0.06), (0.2, 0.26)), colour=theme.YELLOW),
    Shape(points=((0.5, 0.3), (0.76, 0.06), (0.8, 0.26)), colour=theme.YELLOW),
)
_WARNING: Final = (
    Shape(points=((0.5, 0.06), (0.97, 0.9), (0.03, 0.9)), colour=theme.YELLOW),
    Shape(points=box(0.45, 0.34, 0.55, 0.64), colour=theme.DEEP),
    Shape(points=((0.44, 0.7), (0.56, 0.82)), kind="ellipse", colour=theme.DEEP),
)
_CLOCK: Final = (
    Shape(points=_arc(0, 360, 0.4), kind="line", stroke=0.09),
    Shape(points=((0.5, 0.26), (0.5, 0.52), (0.68, 0.62)), kind="line", stroke=0.08),
)
_PALETTE: Final = (
    Shape(points=((0.04, 0.1), (0.96, 0.9)), kind="ellipse", colour=(196, 152, 104)),
    Shape(points=((0.2, 0.3), (0.38, 0.46)), kind="ellipse", colour=theme.RED),
    Shape(points=((0.46, 0.18), (0.64, 0.34)), kind="ellipse", colour=theme.YELLOW),
    Shape(points=((0.68, 0.36), (0.86, 0.52)), kind="ellipse", colour=theme.LINK),
    Shape(points=((0.24, 0.56), (0.42, 0.72)), kind="ellipse", colour=theme.GREEN),
)
_PICTURE: Final = (
    Shape(points=box(0.06, 0.14, 0.94, 0.86), colour=(120, 180, 226)),
    Shape(points=((0.06, 0.86), (0.36, 0.42), (0.62, 0.86)), colour=(60, 120, 90)),
    Shape(points=((0.44, 0.86), (0.68, 0.54), (0.94, 0.86)), colour=(44, 96, 78)),
    Shape(points=((0.66, 0.22), (0.82, 0.38)), kind="ellipse", colour=(255, 230, 150)),
)
_SEAL: Final = Shape(points=((0.02, 0.02), (0.98, 0.98)), kind="ellipse", colour=theme.BLURPLE)
_LOCK: Final = (
    Shape(points=box(0.2, 0.46, 0.8, 0.92), colour=(236, 188, 84)),
    Shape(points=((0.32, 0.46), (0.32, 0.26), (0.5, 0.12), (0.68, 0.26), (0.68, 0.46)), kind="line", stroke=0.09),
)
_EYE: Final = (
    Shape(
        points=(
            (0.02, 0.5),
            (0.25, 0.26),
            (0.5, 0.2),
            (0.75, 0.26),
            (0.98, 0.5),
            (0.75, 0.74),
            (0.5, 0.8),
            (0.25, 0.74),
        )
    ),
    Shape(points=((0.34, 0.34), (0.66, 0.66)), kind="ellipse", colour=theme.BACKGROUND),
    Shape(points=((0.42, 0.42), (0.58, 0.58)), kind="ellipse"),
)
_SHUFFLE: Final = (
    Shape(points=((0.06, 0.3), (0.3, 0.3), (0.62, 0.7), (0.8, 0.7)), kind="line", stroke=0.09),
    Shape(points=((0.06, 0.7), (0.3, 0.7), (0.62, 0.3), (0.8, 0.3)), kind="line", stroke=0.09),
    Shape(points=((0.76, 0.14), (0.98, 0.3), (0.76, 0.46))),
    Shape(points=((0.76, 0.54), (0.98, 0.7), (0.76, 0.86))),
)
_PENCIL: Final = (
    Shape(points=((0.62, 0.14), (0.86, 0.38), (0.36, 0.88), (0.12, 0.64)), colour=theme.YELLOW),
    Shape(points=((0.12, 0.64), (0.36, 0.88), (0.04, 0.96)), colour=(222, 184, 140)),
    Shape(points=((0.62, 0.14), (0.72, 0.04), (0.96, 0.28), (0.86, 0.38)), colour=(235, 120, 140)),
)
_CLIPBOARD: Final = (
    Shape(points=box(0.14, 0.12, 0.86, 0.96), colour=(186, 142, 96)),
    Shape(points=box(0.22, 0.22, 0.78, 0.88), colour=theme.WHITE),
    Shape(points=box(0.36, 0.04, 0.64, 0.2), colour=(150, 158, 170)),
    *(Shape(points=box(0.3, y, 0.7, y + 0.06), colour=(150, 158, 170)) for y in (0.36, 0.52, 0.68)),
)
_DISK: Final = (
    Shape(points=((0.12, 0.12), (0.76, 0.12), (0.88, 0.24), (0.88, 0.88), (0.12, 0.88)), colour=(78, 98, 204)),
    Shape(points=box(0.3, 0.12, 0.68, 0.38), colour=(196, 201, 212)),
    Shape(points=box(0.26, 0.52, 0.74, 0.88), colour=theme.WHITE),
)
_FLAG: Final = (
    Shape(points=box(0.14, 0.06, 0.24, 0.96), colour=(186, 142, 96)),
    Shape(points=((0.24, 0.08), (0.92, 0.32), (0.24, 0.58)), colour=theme.RED),
)
_HORN: Final = (
    Shape(points=((0.1, 0.38), (0.3, 0.38), (0.86, 0.1), (0.86, 0.8), (0.3, 0.6), (0.1, 0.6))),
    Shape(points=((0.24, 0.6), (0.4, 0.62), (0.46, 0.9), (0.32, 0.9))),
)
_KEY: Final = Shape(points=box(0.04, 0.04, 0.96, 0.96), colour=theme.BLURPLE)

SYMBOLS: Final[Mapping[str, tuple[Shape, ...]]] = {
    "✔": (_CHECK,),
    "✗": _CROSS,
    "✘": _CROSS,
    "✕": _CROSS,
    "✖": _CROSS,
    "❌": tuple(Shape(points=each.points, kind="line", stroke=0.16, colour=theme.RED) for each in _CROSS),
    "✅": (
        Shape(points=box(0.06, 0.06, 0.94, 0.94), colour=(59, 165, 93)),
        Shape(points=_CHECK.points, kind="line", stroke=0.12, colour=theme.WHITE),
    ),
    "↻": _TURN,
    "⟳": _TURN,
    "↺": _TURN,
    "🔁": _TURNS,
    "🔄": _TURNS,
    "♻": _TURNS,
    "🗑": _BIN,
    "🔀": _SHUFFLE,
    "✏": _PENCIL,
    "📋": _CLIPBOARD,
    "🚩": _FLAG,
    "💾": _DISK,
    "📣": _HORN,
    "◀": (_KEY, Shape(points=((0.68, 0.22), (0.68, 0.78), (0.24, 0.5)), colour=theme.WHITE)),
    "▶": (_KEY, Shape(points=((0.32, 0.22), (0.32, 0.78), (0.76, 0.5)), colour=theme.WHITE)),
    "⏳": _GLASS,
    "⌛": _GLASS,
    "⚠": _WARNING,
    "⏱": _CLOCK,
    "⏰": _CLOCK,
    "🕒": _CLOCK,
    "🎨": _PALETTE,
    "🖼": _PICTURE,
    "🔒": _LOCK,
    "👁": _EYE,
    "🎁": _GIFT,
    "🚫": (
        Shape(points=_arc(0, 360, 0.38), kind="line", stroke=0.13, colour=theme.RED),
        Shape(points=((0.24, 0.24), (0.76, 0.76)), kind="line", stroke=0.13, colour=theme.RED),
    ),
    "⛔": (
        Shape(points=((0.08, 0.08), (0.92, 0.92)), kind="ellipse", colour=theme.RED),
        Shape(points=box(0.22, 0.43, 0.78, 0.57), colour=theme.WHITE),
    ),
    "🔞": (
        Shape(points=_arc(0, 360, 0.4), kind="line", stroke=0.11, colour=theme.RED),
        Shape(points=box(0.34, 0.32, 0.4, 0.68)),
        Shape(points=((0.48, 0.32), (0.66, 0.5)), kind="ellipse"),
        Shape(points=((0.46, 0.48), (0.68, 0.7)), kind="ellipse"),
    ),
    "♾": (
        Shape(points=tuple((0.27 + (x - 0.5) * 0.6, y * 0.6 + 0.2) for x, y in _arc(0, 360)), kind="line", stroke=0.1),
        Shape(points=tuple((0.73 + (x - 0.5) * 0.6, y * 0.6 + 0.2) for x, y in _arc(0, 360)), kind="line", stroke=0.1),
    ),
    "⏸": (_KEY, Shape(points=box(0.3, 0.24, 0.44, 0.76)), Shape(points=box(0.56, 0.24, 0.7, 0.76))),
    "★": (Shape(points=_star(5, 0.2)),),
    "☆": (Shape(points=(*_star(5, 0.2), _star(5, 0.2)[0]), kind="line", stroke=0.06),),
    "⭐": (Shape(points=_star(5, 0.22), colour=theme.YELLOW),),
    "✨": (Shape(points=_star(4, 0.14), colour=(255, 214, 102)),),
    "🎲": (
        Shape(points=box(0.1, 0.1, 0.9, 0.9), colour=(232, 234, 238)),
        *(
            Shape(points=((x - 0.07, y - 0.07), (x + 0.07, y + 0.07)), kind="ellipse", colour=theme.DEEP)
            for x, y in ((0.3, 0.3), (0.7, 0.3), (0.5, 0.5), (0.3, 0.7), (0.7, 0.7))
        ),
    ),
    "\N{INFORMATION SOURCE}": (
        _SEAL,
        Shape(points=box(0.44, 0.42, 0.56, 0.78), colour=theme.WHITE),
        Shape(points=((0.43, 0.2), (0.57, 0.34)), kind="ellipse", colour=theme.WHITE),
    ),
    "●": (Shape(points=((0.14, 0.14), (0.86, 0.86)), kind="ellipse"),),
    "○": (Shape(points=_arc(0, 360), kind="line", stroke=0.08),),
    "◯": (Shape(points=_arc(0, 360, 0.42), kind="line", stroke=0.08),),
    "□": (Shape(points=(*box(0.16, 0.16, 0.84, 0.84), (0.16, 0.12)), kind="line", stroke=0.08),),
    "▪": (Shape(points=box(0.3, 0.3, 0.7, 0.7)),),
    "▫": (Shape(points=(*box(0.3, 0.3, 0.7, 0.7), (0.3, 0.26)), kind="line", stroke=0.07),),
    # Bars are drawn from edge to edge, so that a row of them is one bar.
    "█": (Shape(points=box(0, 0, 1, 1)),),
    "▓": (Shape(points=box(0, 0, 1, 1), strength=0.7),),
    "▒": (Shape(points=box(0, 0, 1, 1), strength=0.45),),
    "░": (Shape(points=box(0, 0, 1, 1), strength=0.2),),
    "▰": (Shape(points=((0.24, 0.12), (1.0, 0.12), (0.76, 0.88), (0.0, 0.88))),),
    "▱": (Shape(points=((0.24, 0.12), (1.0, 0.12), (0.76, 0.88), (0.0, 0.88)), strength=0.25),),
    "▌": (Shape(points=box(0, 0, 0.5, 1)),),
    "▏": (Shape(points=box(0, 0, 0.15, 1)),),
    "─": (Shape(points=box(0, 0.46, 1, 0.54)),),
    "│": (Shape(points=box(0.46, 0, 0.54, 1)),),
}
