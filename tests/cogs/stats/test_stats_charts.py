"""What a picture shows of figures: the right numbers, to the right eyes, in letters that it can write."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from cogs.stats.charts import charts, drawn
from cogs.stats.view import View
from jobs.stats import Day
from media.charts.letters import has_all
from media.charts.picture import Bars, Picture, Ranking, Row, written
from tests.cogs.stats.conftest import TODAY, MakeView
from words.speech import Words

ENGLISH = Words("en-US")


def titles(picture: Picture) -> list[str]:
    return [panel.title for panel in picture.panels]


def panel(picture: Picture, title: str) -> Bars:
    [found] = [each for each in picture.panels if each.title == title]
    assert isinstance(found, Bars)
    return found


def rows(view: View, title: str = "Most images by") -> list[tuple[str, str]]:
    [found] = [each for each in charts(view, ENGLISH).panels if each.title == title]
    assert isinstance(found, Ranking)
    return [(row.label, row.text) for row in found.rows]


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        (
            {"cost": True},
            ["Images", "Cost", "Failed orders", "Waited at most", "Most images by", "Most images with"],
        ),
        ({"cost": False}, ["Images", "Failed orders", "Waited at most", "Most images by", "Most images with"]),
        ({"cost": False, "own": True}, ["Images", "Failed orders", "Waited at most", "Most images with"]),
    ],
    ids=["admin", "moderator", "member"],
)
def test_each_sees_the_panels_that_are_for_them(who: dict[str, bool], shown: list[str], make_view: MakeView) -> None:
    picture = charts(make_view(**who), ENGLISH)
    assert titles(picture) == shown
    assert any("$" in text for text in written(picture)) == who["cost"]


def test_each_day_has_its_bar_and_the_total_is_their_sum(make_view: MakeView) -> None:
    picture = charts(make_view(days=4), ENGLISH)
    expected = {"Images": (0, 2, 9, 4), "Cost": (0, 70_000, 315_000, 140_000), "Failed orders": (0, 2, 0, 1)}
    for title, values in expected.items():
        assert panel(picture, title).series[0].values == values
        assert panel(picture, title).scale[-1].at >= max(values)
    assert [panel(picture, title).total for title in expected] == ["15", "$0.525", "3"]
    assert [mark.label for mark in panel(picture, "Images").places] == ["Nov 18", "Nov 20", "Nov 21"]


def test_a_day_on_which_nothing_was_made_has_no_waiting_time(make_view: MakeView) -> None:
    waited = panel(charts(make_view(days=4), ENGLISH), "Waited at most")
    assert [list(series.values) for series in waited.series] == [[None, *[125_000] * 3], [None, *[2_400] * 3]]
    assert [mark.label for mark in waited.scale] == ["0", "1 min", "2 min", "3 min"]


@pytest.mark.parametrize("days", [1, 2, 90])
def test_any_period_has_its_first_and_last_day_written_under_it(days: int, make_view: MakeView) -> None:
    images = panel(charts(make_view(days=days), ENGLISH), "Images")
    assert len(images.series[0].values) == days
    assert {images.places[0].at, images.places[-1].at} == {0, days - 1}


def test_users_are_named_where_their_name_is_known_and_former_members_are_nobody(make_view: MakeView) -> None:
    assert rows(make_view()) == [("Mara", "9"), ("a former member", "4"), ("member …0077", "2")]


@pytest.mark.parametrize(("name", "shown"), [("Ben 🎨", "Ben"), ("美咲", "member …4821")])
def test_of_a_name_only_what_can_be_drawn_is_shown(name: str, shown: str, make_view: MakeView) -> None:
    assert rows(make_view(names={4821: name}))[0][0] == shown
    assert charts(make_view(name="画像"), ENGLISH).title == "This server"
    assert charts(make_view(name="画像", own=True), ENGLISH).title == "Your images"


def test_a_model_that_is_gone_goes_by_its_key(make_view: MakeView) -> None:
    assert [label for label, _ in rows(make_view(), "Most images with")] == ["FLUX.1 LoRA", "an/old-one"]


def test_a_month_without_images_is_drawn_too(make_view: MakeView) -> None:
    view = make_view()
    quiet = replace(view.figures, days=(Day(date=TODAY, jobs=1, failed=1),), users=(), models=(), waited=None)
    with Image.open(io.BytesIO(drawn(replace(view, figures=quiet), ENGLISH).png)) as picture:
        picture.verify()


@pytest.mark.parametrize("locale", ["en-US", "de", "fr", "es-ES", "es-419", "pt-BR"])
def test_a_picture_is_labelled_in_its_readers_language(locale: str, make_view: MakeView) -> None:
    picture = charts(make_view(), Words(locale))
    assert all(map(has_all, written(picture)))
    assert not drawn(make_view(), Words(locale)).in_english
    if locale == "de":
        assert "21. Nov." in set(written(picture))


def test_in_japanese_it_is_labelled_in_english_and_says_so(make_view: MakeView) -> None:
    picture = drawn(make_view(), Words("ja"))
    assert picture.in_english
    assert picture.png == drawn(make_view(), ENGLISH).png


def test_rows_compare_by_their_values(make_view: MakeView) -> None:
    [found] = [each for each in charts(make_view(), ENGLISH).panels if each.title == "Most images with"]
    assert isinstance(found, Ranking)
    assert found.rows[0] == Row(label="FLUX.1 LoRA", value=12, text="12")
