from datetime import UTC, datetime
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import given

from jobs.outcomes import Period
from jobs.sentence import Sentence
from jobs.servers.money import (
    DAY_MS,
    MOST,
    date_of,
    day_of,
    first_day,
    moment_of,
    name_of,
    parse_cap,
    resets_at,
    usd,
)


def ms(*when: int) -> int:
    return int(datetime(*when, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("typed", "micro"),
    [
        ("25", 25_000_000),
        ("12.50", 12_500_000),
        ("$12.5", 12_500_000),
        (" $ 0.035 ", 35_000),
        ("7 USD", 7_000_000),
        ("0.000001", 1),
        (".5", 500_000),
        ("0", 0),
        ("1000000", MOST),
        ("none", None),
        ("None", None),
    ],
)
def test_amounts_are_read_exactly(typed: str, micro: int | None) -> None:
    assert parse_cap(typed) == micro


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12,50",
        "1,000",
        "-1",
        "1e3",
        "nan",
        "Infinity",
        "0.0000001",
        "1000000.01",
        "9999999",
        "٣",
        "1_0",
        "ten",
        "5.",
    ],
)
def test_whatever_else_is_typed_is_answered_with_what_is_allowed(typed: str) -> None:
    """A comma is a point to some and nothing to others: nobody guesses about money."""
    answer = parse_cap(typed)
    assert isinstance(answer, Sentence)
    assert "`12.50`" in str(answer)
    assert "at most 1,000,000; or `none`" in str(answer)


@pytest.mark.parametrize(
    ("micro", "shown"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (35_000, "$0.035"),
        (22_050, "$0.02205"),
        (10_000, "$0.01"),
        (12_500_000, "$12.50"),
        (1_234_567_890_000, "$1234567.89"),
        (-35_000, "-$0.035"),
    ],
)
def test_dollars_are_shown_to_the_last_micro_dollar_that_counts(micro: int, shown: str) -> None:
    assert usd(micro) == shown


@given(micro=st.integers(0, MOST))
def test_what_is_shown_is_read_as_the_same_amount(micro: int) -> None:
    assert parse_cap(usd(micro)) == micro
    assert Decimal(usd(micro)[1:]) * 1_000_000 == micro


@pytest.mark.parametrize(
    ("at", "day", "month", "next_day", "next_month"),
    [
        (ms(2026, 11, 21, 12), "2026-11-21", "2026-11", ms(2026, 11, 22), ms(2026, 12, 1)),
        (ms(2026, 12, 31, 23, 59, 59), "2026-12-31", "2026-12", ms(2027, 1, 1), ms(2027, 1, 1)),
        (ms(2028, 2, 29), "2028-02-29", "2028-02", ms(2028, 3, 1), ms(2028, 3, 1)),
    ],
)
def test_days_and_months_are_those_of_the_calendar_in_utc(
    at: int, day: str, month: str, next_day: int, next_month: int
) -> None:
    assert [name_of(period, at) for period in Period] == [day, month]
    assert [resets_at(period, at) for period in Period] == [next_day, next_month]


@given(at=st.integers(0, ms(2100, 1, 1)), period=st.sampled_from(Period))
def test_a_period_begins_before_each_of_its_moments_and_is_over_after_them(at: int, period: Period) -> None:
    begins, over = first_day(period, at) * DAY_MS, resets_at(period, at)
    assert begins <= at < over
    assert {name_of(period, moment) for moment in (begins, at, over - 1)} == {name_of(period, at)}
    assert name_of(period, over) != name_of(period, at)
    assert date_of(day_of(at)).isoformat() == name_of(Period.DAY, at)


def test_a_moment_is_written_in_utc() -> None:
    assert moment_of(ms(2026, 11, 21, 12, 0, 5) + 999) == "2026-11-21T12:00:05Z"
