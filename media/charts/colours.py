"""The colours of a chart: a surface of its own, so that it looks the same in Discord's dark and light theme."""

from enum import StrEnum
from typing import Final

TEXT_LEAST: Final = 4.5
SHAPE_LEAST: Final = 3.0
"""Contrast that text and shapes need to their ground: https://www.w3.org/TR/WCAG22/#contrast-minimum"""


class Ink(StrEnum):
    """What something is drawn in; told apart by their lightness too, for those who see no red or green."""

    SURFACE = "#232428"
    LINE = "#3a3c43"  # the scale's lines, which nobody has to see in order to read the chart
    TRACK = "#2f3136"  # where a bar could go
    TEXT = "#f2f3f5"
    QUIET = "#b5bac1"
    BLUE = "#7d8cff"
    GREEN = "#45c98f"
    RED = "#f5786f"
    AMBER = "#f7c55b"
    DARK_AMBER = "#927238"


def contrast(one: str, other: str) -> float:
    """From 1 to 21, as WCAG defines it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    brighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's own
