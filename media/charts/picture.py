"""What a picture of charts shows: numbers, and words that are translated already."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from media.charts.colours import Ink


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place along an axis, with what is written there."""

    at: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Series:
    """A value for each place from 0 on; None: nothing is known there."""

    values: tuple[float | None, ...]
    ink: Ink
    label: str = ""  # tells it from the others of its panel; none: it stands alone


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Bars beside one another, one a place; of several series the later ones stand before the earlier ones."""

    title: str
    total: str  # the one number that all of it comes to
    series: tuple[Series, ...]  # all of one length
    scale: tuple[Mark, ...]  # of the values, from 0 upwards; its last mark is the panel's top
    places: tuple[Mark, ...]  # under the bars


@dataclass(frozen=True, kw_only=True)
class Row:
    """One of a ranking."""

    label: str
    value: float
    text: str  # the value as it is read


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Rows under one another, the greatest value first."""

    title: str
    rows: tuple[Row, ...]  # at most 5
    ink: Ink


Panel: TypeAlias = Bars | Ranking


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Panels in two columns, row by row; of an odd number the first has a row to itself."""

    title: str
    note: str  # beside the title, less loud
    panels: tuple[Panel, ...]


def written(picture: Picture) -> Iterator[str]:
    """Every text in it."""
    yield picture.title
    yield picture.note
    for panel in picture.panels:
        yield panel.title
        match panel:
            case Bars():
                yield panel.total
                yield from (series.label for series in panel.series)
                yield from (mark.label for mark in (*panel.scale, *panel.places))
            case Ranking():
                for row in panel.rows:
                    yield row.label
                    yield row.text
            case _:
                assert_never(panel)
