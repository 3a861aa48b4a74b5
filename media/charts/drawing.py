"""Draws pictures of charts with matplotlib's objects. Synchronous: call it in a thread, and one at a time.

matplotlib is imported with the first picture: it takes a second and 55 MB, which a bot that draws none never pays.
`pyplot` is not used: it keeps every figure, in a state that all threads share.
"""

import io
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from media.charts import letters
from media.charts.colours import Ink
from media.charts.picture import Bars, Panel, Picture, Ranking, Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase
    from matplotlib.text import Text

SCALE: Final = 2  # pixels of the file for one on the screen
WIDTH: Final = 600  # these and all below are pixels on the screen
_HEADER: Final = 46
_PANEL: Final = 106  # Discord shows 350 pixels of height: the less there is around the bars, the larger they are
_MARGIN: Final = 20
_BETWEEN: Final = 15  # rows of panels
_GAP: Final = 26  # between columns
_GUTTER: Final = 34  # left of the bars, for the scale, unless that is wider
_PAD: Final = 5  # between bars and what is written beside them
_HEADING: Final = 24  # of a panel
_FOOT: Final = 17  # under the bars, for the days
_ROW: Final = 16.5
_ROWS_MOST: Final = 5
_POINTS: Final = 72  # a point is a 72nd of an inch: at so many dots an inch it is a pixel

_Alignment: TypeAlias = Literal["left", "center", "right"]
_LEFT: _Alignment = "left"
_CENTRE: _Alignment = "center"
_RIGHT: _Alignment = "right"


def draw(picture: Picture) -> bytes:
    """A PNG, 1200 pixels wide, some tens of kilobytes; the same picture gives the same bytes."""
    return _Sheet(picture).png()


class _Sheet:
    def __init__(self, picture: Picture) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - see the module's docstring
        from matplotlib.figure import Figure  # noqa: PLC0415 - the same

        letters.load()
        rows = (len(picture.panels) + 1) // 2
        self._height = _HEADER + rows * (_PANEL + _BETWEEN)
        self._figure: Figure = Figure(
            figsize=(WIDTH / _POINTS, self._height / _POINTS), dpi=_POINTS * SCALE, facecolor=Ink.SURFACE.value
        )
        canvas = FigureCanvasAgg(self._figure)
        self._renderer: RendererBase = canvas.get_renderer()  # type: ignore[no-untyped-call]
        self._head(picture)
        for panel, (left, top, width) in zip(picture.panels, _places(len(picture.panels)), strict=True):
            self._panel(panel, left, top, width)

    def png(self) -> bytes:
        out = io.BytesIO()
        self._figure.savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()

    def _head(self, picture: Picture) -> None:
        baseline = _MARGIN + 10
        note = self._text(WIDTH - _MARGIN, baseline, picture.note, Ink.QUIET, 12, align=_RIGHT)
        self._text(_MARGIN, baseline, picture.title, Ink.TEXT, 16, bold=True, room=self._left_of(note) - _MARGIN - 10)

    def _panel(self, panel: Panel, left: float, top: float, width: float) -> None:
        match panel:
            case Bars():
                self._bars(panel, left, top, width)
            case Ranking():
                self._text(left, top + 11, panel.title, Ink.TEXT, 13, bold=True, room=width)
                most = max((row.value for row in panel.rows), default=0)
                for number, row in enumerate(panel.rows[:_ROWS_MOST]):
                    self._row(row, left, top + _HEADING + number * _ROW, width, most=most, ink=panel.ink)
            case _:
                assert_never(panel)

    def _bars(self, panel: Bars, left: float, top: float, width: float) -> None:
        from matplotlib.collections import PolyCollection  # noqa: PLC0415 - see the module's docstring

        total = self._text(left + width, top + 11, panel.total, Ink.TEXT, 13, bold=True, align=_RIGHT)
        end = self._left_of(total) - 8 if panel.total else left + width
        for series in panel.series:
            if series.label:
                label = self._text(end, top + 11, series.label, Ink.QUIET, 11, align=_RIGHT)
                end = self._left_of(label) - 5
                self._box(end - 7, top + 3, 7, 7, series.ink)
                end -= 16
        self._text(left, top + 11, panel.title, Ink.TEXT, 13, bold=True, room=end - left)
        plot = self._plot()
        count = len(panel.series[0].values)
        plot.set_xlim(-0.5, count - 0.5)
        plot.set_ylim(0, panel.scale[-1].at)
        plot.set_yticks([mark.at for mark in panel.scale], [mark.label for mark in panel.scale], parse_math=False)
        gutter = max(_GUTTER, *(self._width(label) + _PAD + 3 for label in plot.get_yticklabels()))
        plot.set_position(self._place(left + gutter, top + _HEADING, width - gutter, _PANEL - _HEADING - _FOOT))
        self._write_places(plot, panel, count, room=(width - gutter) / count)
        for mark in panel.scale:
            plot.axhline(mark.at, color=Ink.LINE.value, linewidth=0.75, zorder=0, clip_on=False)
        for series in panel.series:
            half = _share(count) / 2
            shapes = [
                [(place - half, 0), (place - half, value), (place + half, value), (place + half, 0)]
                for place, value in enumerate(series.values)
                if value
            ]
            # One artist for all of them: `plot.bar` makes one a bar, and takes a second for ninety days.
            plot.add_collection(PolyCollection(shapes, facecolor=series.ink.value, linewidth=0, snap=True))

    def _write_places(self, plot: "Axes", panel: Bars, count: int, *, room: float) -> None:
        """Under the middle of a bar; where bars are narrower than the text, flush with the first and the last one."""
        at, labels = [mark.at for mark in panel.places], [mark.label for mark in panel.places]
        plot.set_xticks(at, labels, parse_math=False)
        if max(map(self._width, plot.get_xticklabels())) <= room:
            return
        half = _share(count) / 2
        edges = {0: -half, count - 1: count - 1 + half}
        plot.set_xticks([edges.get(int(place), place) for place in at], labels, parse_math=False)
        for place, label in zip(at, plot.get_xticklabels(), strict=True):
            label.set_horizontalalignment({0: _LEFT, count - 1: _RIGHT}.get(int(place), _CENTRE))

    def _row(self, row: Row, left: float, top: float, width: float, *, most: float, ink: Ink) -> None:
        text = self._text(left + width, top + 9, row.text, Ink.TEXT, 11, align=_RIGHT)
        self._text(left, top + 9, row.label, Ink.QUIET, 11, room=self._left_of(text) - left - 10)
        self._box(left, top + 12.5, width, 2.5, Ink.TRACK)
        self._box(left, top + 12.5, width * row.value / most if most else 0, 2.5, ink)

    def _plot(self) -> "Axes":
        """Bare axes; where they go is known once their labels are."""
        plot = self._figure.add_axes((0, 0, 1, 1), facecolor="none")
        for spine in plot.spines.values():
            spine.set_visible(False)
        plot.tick_params(
            length=0, pad=_PAD, labelsize=10.5, labelcolor=Ink.QUIET.value, labelfontfamily=list(letters.FAMILIES)
        )
        return plot

    def _text(
        self,
        x: float,
        baseline: float,
        text: str,
        ink: Ink,
        size: float,
        *,
        bold: bool = False,
        align: _Alignment = _LEFT,
        room: float | None = None,
    ) -> "Text":
        """Written on one line; `room`: what does not fit into it is cut, with an ellipsis."""
        drawn = self._figure.text(
            x / WIDTH,
            1 - baseline / self._height,
            text,
            color=ink.value,
            fontsize=size,
            fontfamily=list(letters.FAMILIES),
            fontweight=700 if bold else 400,
            horizontalalignment=align,
            verticalalignment="baseline",
            parse_math=False,
        )
        if room is not None and self._width(drawn) > room:
            fits, too_long = 0, len(text)
            while too_long - fits > 1:
                middle = (fits + too_long) // 2
                drawn.set_text(text[:middle].rstrip() + "…")
                if self._width(drawn) <= room:
                    fits = middle
                else:
                    too_long = middle
            drawn.set_text(text[:fits].rstrip() + "…")
        return drawn

    def _box(self, left: float, top: float, width: float, height: float, ink: Ink) -> None:
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - see the module's docstring

        place = self._place(left, top, width, height)
        shape = Rectangle(place[:2], *place[2:], transform=self._figure.transFigure, facecolor=ink.value, linewidth=0)
        self._figure.add_artist(shape)

    def _place(self, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
        """As matplotlib has it: from the lower left corner, in shares of the figure."""
        return left / WIDTH, 1 - (top + height) / self._height, width / WIDTH, height / self._height

    def _width(self, text: "Text") -> float:
        return float(text.get_window_extent(self._renderer).width) / SCALE

    def _left_of(self, text: "Text") -> float:
        return float(text.get_window_extent(self._renderer).x0) / SCALE


def _places(count: int) -> list[tuple[float, float, float]]:
    """Left, top and width of each panel."""
    whole, half = WIDTH - 2 * _MARGIN, (WIDTH - 2 * _MARGIN - _GAP) / 2
    cells: list[tuple[float, int, float]] = []
    for number in range(count):
        place = number + count % 2
        if place == 1 and count % 2:
            cells.append((_MARGIN, 0, whole))
        else:
            cells.append((_MARGIN + place % 2 * (half + _GAP), place // 2, half))
    return [(left, _HEADER + row * (_PANEL + _BETWEEN), width) for left, row, width in cells]


def _share(count: int) -> float:
    """How much of its place a bar fills; of ninety in half a picture's width a pixel is left free at least."""
    return {1: 0.12, 2: 0.24, 3: 0.36}.get(count, 0.74)
