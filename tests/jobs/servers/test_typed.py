"""What admins type for limits and times: read exactly, or refused with what is allowed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sentence import Sentence
from jobs.servers.rules import Window
from jobs.servers.typed import LATEST, MOST_IMAGES, SOONEST, read_limit, read_moment

NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z
HOUR = 3_600_000


@given(st.integers(0, MOST_IMAGES))
def test_a_limit_is_a_number_as_it_is_typed(number: int) -> None:
    assert read_limit(f" {number} ", Window.DAY) == number


@pytest.mark.parametrize("typed", ["none", "None", " NONE "])
def test_none_takes_a_limit_back(typed: str) -> None:
    assert read_limit(typed, Window.HOUR) is None


@pytest.mark.parametrize("typed", ["", "-1", "1.5", "100001", "99999999", "many", "\uff12\uff10", "1e3", "0x10"])
def test_anything_else_is_refused_with_what_is_allowed(typed: str) -> None:
    refused = read_limit(typed, Window.MONTH)
    assert isinstance(refused, Sentence)
    assert str(refused) == (
        "`month` takes a whole number from 0 (no images at all) to 100,000, or `none` (no limit of its own), "
        f"not “{typed}”. Nothing was changed."
    )


@pytest.mark.parametrize(
    ("typed", "ahead"),
    [
        ("1m", 60_000),
        ("90 m", 90 * 60_000),
        ("12h", 12 * HOUR),
        ("7D", 7 * 24 * HOUR),
        (" 2w ", 14 * 24 * HOUR),
        ("366d", LATEST),
        ("2026-11-21", 12 * HOUR),
        ("2026-12-01", (9 * 24 + 36) * HOUR),
    ],
)
def test_a_time_is_from_now_on_or_to_the_end_of_a_day(typed: str, ahead: int) -> None:
    assert read_moment(typed, option="expires", now=NOON) == NOON + ahead


@pytest.mark.parametrize("typed", ["0m", "367d", "999999w", "2026-11-20", "2027-11-23", "9999-12-31", "0001-01-01"])
def test_a_time_too_near_past_or_too_far_is_refused(typed: str) -> None:
    refused = read_moment(typed, option="for", now=NOON)
    assert str(refused).startswith("`for` must lie from one minute to 366 days ahead")


@pytest.mark.parametrize(
    "typed", ["", "7", "d", "7 days", "-7d", "1.5h", "2026-13-01", "01.12.2026", "7d12h", "\u0667d"]
)
def test_what_is_no_time_is_refused_with_examples(typed: str) -> None:
    refused = read_moment(typed, option="expires", now=NOON)
    assert isinstance(refused, Sentence)
    assert "like `30m`, `12h`, `7d` or `2w`, or a day like `2026-12-01`" in str(refused)


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_time_in_bounds_or_a_sentence(typed: str) -> None:
    at = read_moment(typed, option="expires", now=NOON)
    assert isinstance(at, Sentence) or SOONEST <= at - NOON <= LATEST


@given(
    st.dates(min_value=datetime(2026, 11, 21, tzinfo=UTC).date(), max_value=datetime(2027, 11, 20, tzinfo=UTC).date())
)
def test_a_day_lasts_to_its_end(day: object) -> None:
    at = read_moment(f"{day}", option="expires", now=NOON)
    assert isinstance(at, int)
    assert f"{datetime.fromtimestamp(at / 1000 - 1, UTC):%Y-%m-%d}" == f"{day}"
