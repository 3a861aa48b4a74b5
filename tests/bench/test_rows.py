import pytest

from bench.rows import excess, median, percentile, ratio, value
from bench.table import number, table


def test_a_ratio_is_ours_over_the_floors() -> None:
    row = ratio("x", "ms", ours=30, floor=20, at_most=1.5)
    assert (row.figure, row.relative, row.met) == (1.5, 1.5, True)
    assert not ratio("x", "ms", ours=31, floor=20, at_most=1.5).met


def test_where_more_is_better_the_bound_is_a_least() -> None:
    assert ratio("x", "/s", ours=3, floor=10, at_least=0.3).met
    assert not ratio("x", "/s", ours=2.9, floor=10, at_least=0.3).met


def test_an_excess_is_what_ours_is_above_the_floor() -> None:
    row = excess("x", "s", ours=5, floor=1.5, at_most=3)
    assert (row.figure, row.met) == (3.5, False)
    assert row.relative == pytest.approx(3.5 / 3)


def test_a_value_stands_alone_and_a_target_of_nothing_can_be_met() -> None:
    assert value("x", "MB", 100, at_most=130).met
    late = value("late", "commands", 0, at_most=0)
    assert (late.met, late.relative) == (True, 0)
    assert not value("late", "commands", 1, at_most=0).met


def test_a_ratio_to_nothing_misses_its_target() -> None:
    assert not ratio("x", "ms", ours=1, floor=0, at_most=1.5).met


def test_a_row_has_one_bound() -> None:
    with pytest.raises(ValueError, match="one bound"):
        value("x", "MB", 1)
    with pytest.raises(ValueError, match="one bound"):
        value("x", "MB", 1, at_most=1, at_least=1)


def test_a_percentile_is_one_of_the_numbers() -> None:
    numbers = [float(each) for each in range(1, 101)]
    assert percentile(numbers, 0.99) == 99
    assert percentile(numbers, 1.0) == 100
    assert percentile([7.0], 0.99) == 7
    assert median([1, 2, 9]) == 2


def test_the_table_names_what_is_missed() -> None:
    rows = [ratio("good", "ms", ours=1, floor=1, at_most=1.5), value("bad", "MB", 200, at_most=130)]
    told = table(rows)
    assert "1 of 2 targets are missed: bad" in told
    assert "all targets are met" in table(rows[:1])
    (line,) = (each for each in told.splitlines() if each.startswith("good"))
    assert line.split() == ["good", "1", "ms", "1", "ms", "1", "×", "≤", "1.5", "×", "ok"]


def test_numbers_show_the_digits_that_count() -> None:
    assert [number(each) for each in (0.01234, 1.5, 99.94, 1234.5)] == ["0.0123", "1.5", "99.9", "1,234"]
