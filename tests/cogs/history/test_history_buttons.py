"""The ids of a history's buttons: whole within their bound, whatever was searched for."""

import re

import pytest

from cogs.history.buttons import TEXT_LONGEST, TURN, TURN_PATTERN, Turn, page_buttons
from jobs.catalog import MODELS
from jobs.history import Page, Place, Way, Wish
from jobs.records import Series
from words.speech import Words

JOB = "0123456789abcdefghjk"


@pytest.mark.parametrize("text", ["", "a fox", "::o-k:", "*" * TEXT_LONGEST, "狐\n" * (TEXT_LONGEST // 2)])
@pytest.mark.parametrize("model", [None, *(model.key for model in MODELS)])
@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("series", list(Series))
def test_a_turn_is_read_as_it_was_written(text: str, model: str | None, way: Way, series: Series) -> None:
    for favourites in (True, False):
        wish = Wish(text=text, model=model, favourites=favourites)
        for job_id in ("", JOB[:-1], JOB, JOB + "z"):
            turn = Turn(wish=wish, place=Place(series=series, job_id=job_id), way=way)
            assert re.fullmatch(TURN_PATTERN, str(turn))
            assert Turn.read(str(turn)) == turn
            assert len(f"{TURN}{turn}") <= 100


async def test_there_are_buttons_only_for_where_there_is_more() -> None:
    place = Place(series=Series.SHOWN, job_id=JOB)
    for newer, older, expected in ((None, None, 0), (place, None, 1), (None, place, 1), (place, place, 2)):
        view = page_buttons(Page(entries=(), newer=newer, older=older), Wish(), Words("en-US"))
        assert len(view.children) == expected
