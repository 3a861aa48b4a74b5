"""Pictures of charts: what is drawn is where its numbers say, and can be read."""

import io
import subprocess
import sys
from collections.abc import Callable, Sequence
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from media.charts import scale
from media.charts.colours import SHAPE_LEAST, TEXT_LEAST, Ink, contrast
from media.charts.drawing import SCALE, WIDTH, draw
from media.charts.letters import drawable, has_all
from media.charts.picture import Bars, Mark, Panel, Picture, Ranking, Row, Series, written
from words.catalogue import CATALOGUES, catalogue_of

LARGEST = 200_000  # bytes
DISCORDS = {"dark": "#313338", "light": "#ffffff", "midnight": "#000000"}


def rgb(ink: Ink) -> tuple[int, ...]:
    return ImageColor.getrgb(ink.value)


def drawn(*panels: Panel, title: str = "Lighthouse Keepers", note: str = "Nov 21, UTC") -> Image.Image:
    with Image.open(io.BytesIO(draw(Picture(title=title, note=note, panels=panels)))) as picture:
        assert picture.format == "PNG"
        return picture.convert("RGB")


def bars(*series: Series, top: float = 10, total: str = "15", title: str = "Images") -> Bars:
    last = len(series[0].values) - 1
    return Bars(
        title=title,
        total=total,
        series=series,
        scale=(Mark(at=0, label="0"), Mark(at=top, label=f"{top:g}")),
        places=tuple(Mark(at=at, label=f"Nov {at + 1}") for at in sorted({0, last})),
    )


def one(*values: float | None, top: float = 10) -> Bars:
    return bars(Series(values=values, ink=Ink.BLUE), top=top)


def columns(picture: Image.Image, ink: Ink) -> list[tuple[int, int, int]]:
    """Left edge, width and height of each bar of this colour, from left to right."""
    width, height = picture.size
    pixels, wanted = picture.load(), rgb(ink)
    assert pixels is not None
    heights = [sum(pixels[x, y] == wanted for y in range(height)) for x in range(width)]
    found = []
    for tall, run in groupby(range(width), key=lambda x: heights[x]):
        places = list(run)
        if tall > 2:  # pixels; less is the edge of a letter
            found.append((places[0], len(places), tall))
    return found


def test_bars_are_as_tall_as_their_values_and_nothing_is_drawn_for_zero_or_nothing() -> None:
    picture = drawn(one(0, 5, None, 10, 2.5))
    half, whole, quarter = columns(picture, Ink.BLUE)
    assert half[2] == pytest.approx(whole[2] / 2, abs=2)
    assert quarter[2] == pytest.approx(whole[2] / 4, abs=2)
    assert half[1] == pytest.approx(whole[1], abs=2)
    assert whole[0] - half[0] == pytest.approx(2 * (quarter[0] - whole[0]), abs=3)  # two places apart, and one


def test_the_top_of_the_scale_is_the_top_of_the_panel() -> None:
    [low], [high] = columns(drawn(one(5, top=10)), Ink.BLUE), columns(drawn(one(5, top=5)), Ink.BLUE)
    assert high[2] == pytest.approx(2 * low[2], abs=2)


def test_later_series_stand_before_earlier_ones() -> None:
    behind = Series(values=(10, 10), ink=Ink.DARK_AMBER, label="9 of 10")
    before = Series(values=(4, None), ink=Ink.AMBER, label="half")
    picture = drawn(bars(behind, before))
    amber = [column for column in columns(picture, Ink.AMBER) if column[2] > 30]  # the rest is the legend
    dark = [column for column in columns(picture, Ink.DARK_AMBER) if column[2] > 30]
    assert len(amber) == 1
    covered, free = dark
    assert covered[0] == amber[0][0]
    assert covered[2] + amber[0][2] == pytest.approx(free[2], abs=3)
    assert amber[0][2] == pytest.approx(free[2] * 0.4, abs=3)


@pytest.mark.parametrize("count", [1, 2, 7, 30, 90])
def test_as_many_bars_as_days_stand_apart_from_each_other(count: int) -> None:
    found = columns(drawn(one(*[10] * count), one(*[10] * count)), Ink.BLUE)
    assert len(found) == 2 * count
    assert all(width >= 3 for _, width, _ in found)


def test_a_ranking_compares_with_its_first() -> None:
    rows = tuple(
        Row(label=name, value=value, text=f"{value}") for name, value in (("Mara", 40), ("Ben", 10), ("Ada", 0))
    )
    picture = drawn(Ranking(title="Most images by", rows=rows, ink=Ink.GREEN))
    pixels, (width, height) = picture.load(), picture.size
    assert pixels is not None
    wide = [sum(pixels[x, y] == rgb(Ink.GREEN) for x in range(width)) for y in range(height)]
    first, second = sorted({round(each, -1) for each in wide if each}, reverse=True)
    assert first == pytest.approx((WIDTH - 40) * SCALE, abs=10)
    assert second == pytest.approx(first / 4, abs=10)


def test_nothing_at_all_can_be_drawn() -> None:
    assert columns(drawn(one(0, 0), Ranking(title="Most images with", rows=(), ink=Ink.BLUE)), Ink.BLUE) == []


@pytest.mark.parametrize("panels", [4, 5, 6])
def test_a_full_picture_is_small_and_sharp_and_the_same_each_time(panels: int) -> None:
    rows = tuple(Row(label=f"member {each}", value=9 - each, text="9") for each in range(5))
    shown: Sequence[Panel] = [one(*range(1, 91), top=90)] * (panels - 1) + [
        Ranking(title="Most images by", rows=rows, ink=Ink.BLUE)
    ]
    picture = Picture(title="Lighthouse Keepers", note="Nov 21, UTC", panels=tuple(shown))
    png = draw(picture)
    assert len(png) <= LARGEST
    assert draw(picture) == png
    with Image.open(io.BytesIO(png)) as decoded:
        assert decoded.width == WIDTH * SCALE == 1200
        assert decoded.height < decoded.width


def test_long_words_are_cut_and_leave_the_margin_and_the_numbers_alone() -> None:
    long = "an exceedingly long name that nobody would ever write " * 5
    ranking = Ranking(title=long, rows=(Row(label=long, value=1, text="1,234,567"),), ink=Ink.BLUE)
    wide = bars(Series(values=(1_000_000.0,), ink=Ink.BLUE), top=1_000_000, total="1,234,567", title=long)
    picture = drawn(wide, ranking, title=long, note="Oct 23 to Nov 21, 2026, UTC")
    margins = [
        picture.crop(box)
        for box in ((0, 0, 20, picture.height), (picture.width - 20, 0, picture.width, picture.height))
    ]
    assert [margin.getcolors() for margin in margins] == [[(20 * picture.height, rgb(Ink.SURFACE))]] * 2


def test_what_is_written_is_no_formula() -> None:
    """Matplotlib would set what is between two dollar signs as mathematics, or fail at it."""
    plain, dollars = drawn(one(1)), drawn(one(1), title="$\\frac$ and $x_1$")
    assert plain.tobytes() != dollars.tobytes()
    assert drawn(one(1), title="$x_1$").tobytes() != drawn(one(1), title="x1").tobytes()


def test_every_text_of_a_picture_is_known() -> None:
    ranking = Ranking(title="by", rows=(Row(label="Mara", value=1, text="one"),), ink=Ink.BLUE)
    series = Series(values=(1.0,), ink=Ink.BLUE, label="half")
    picture = Picture(title="name", note="period", panels=(bars(series, title="Images", total="1"), ranking))
    assert set(written(picture)) == {"name", "period", "Images", "1", "half", "0", "10", "Nov 1", "by", "Mara", "one"}


@pytest.mark.parametrize("ink", [Ink.TEXT, Ink.QUIET])
def test_text_can_be_read_on_its_own_ground(ink: Ink) -> None:
    assert contrast(ink, Ink.SURFACE) >= TEXT_LEAST
    assert contrast(ink, Ink.TRACK) >= TEXT_LEAST


@pytest.mark.parametrize("ink", [Ink.BLUE, Ink.GREEN, Ink.RED, Ink.AMBER, Ink.DARK_AMBER])
def test_shapes_can_be_seen_on_their_own_ground(ink: Ink) -> None:
    assert contrast(ink, Ink.SURFACE) >= SHAPE_LEAST


@pytest.mark.parametrize("theme", DISCORDS.values(), ids=DISCORDS)
def test_nothing_shows_through_the_ground(theme: str) -> None:
    """So it looks the same in each of Discord's themes."""
    with Image.open(io.BytesIO(draw(Picture(title="Mara", note="today", panels=(one(1),))))) as picture:
        opaque = picture.convert("RGB")
        ground = Image.new("RGBA", picture.size, theme)
        ground.alpha_composite(picture.convert("RGBA"))
    assert ground.convert("RGB").tobytes() == opaque.tobytes()


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_two_ambers_are_told_apart_by_their_lightness() -> None:
    assert contrast(Ink.AMBER, Ink.DARK_AMBER) >= 2.5


@pytest.mark.parametrize("locale", sorted(set(CATALOGUES) - {"ja"}))
def test_the_typefaces_have_the_letters_of_each_language_but_japanese(locale: str) -> None:
    catalogue = catalogue_of(locale)
    assert catalogue is not None
    letters = {char for month in catalogue.locale.months["format"]["abbreviated"].values() for char in month}
    assert has_all("".join(letters) + "äöüßéèêçñãõ0123456789.,…·")
    assert not has_all("画像")


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Mara", "Mara"), ("Бен 🎨 Ω", "Бен Ω"), ("a\u200db\nc", "ab c"), ("美咲", ""), ("🎨 · 🎨", ""), ("مارا", "")],
)
def test_of_a_name_what_can_be_drawn_is_left(name: str, shown: str) -> None:
    assert drawable(name) == shown


@given(st.integers(0, 10**15), st.sampled_from([scale.counts, scale.durations]))
def test_a_scale_reaches_the_greatest_value_in_few_equal_steps(
    most: int, rungs: Callable[[int], Sequence[int]]
) -> None:
    found = rungs(most)
    assert found[0] == 0
    assert found[-1] >= most
    assert 2 <= len(found) <= scale.STEPS_MOST + 1
    assert len({after - before for before, after in pairwise(found)}) == 1
    assert found[-2] < max(most, 1)  # no empty step on top


def test_scales_are_round_numbers() -> None:
    assert list(scale.counts(0)) == [0, 1]
    assert list(scale.counts(7)) == [0, 5, 10]
    assert list(scale.counts(420)) == [0, 200, 400, 600]
    assert list(scale.durations(7_000)) == [0, 5_000, 10_000]
    assert list(scale.durations(100_000)) == [0, 60_000, 120_000]
    assert list(scale.durations(100 * 3_600_000)) == [0, 172_800_000, 345_600_000, 518_400_000]


def test_a_bot_that_draws_nothing_does_not_load_matplotlib() -> None:
    """It would take 55 MB; and `pyplot`, whose state all threads share, is never loaded."""
    idle = "import sys, bot; assert 'matplotlib' not in sys.modules"
    drawing = (
        "import sys; from media.charts import drawing, picture;"
        "drawing.draw(picture.Picture(title='a', note='b', panels=()));"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules"
    )
    for program in (idle, drawing):
        subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603 - a program of our own
