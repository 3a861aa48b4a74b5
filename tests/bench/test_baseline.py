import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bench import __main__ as command
from bench import baseline
from bench.baseline import COMMITTED, Expected, read, worse, write
from bench.measure import Measure
from bench.rows import Row, ratio, value
from bench.sizes import Size

LESS = ratio("less", "ms", ours=12, floor=10, at_most=1.5)
MORE = ratio("more", "/s", ours=5, floor=10, at_least=0.3)


@pytest.fixture(autouse=True)
def logs_of_others() -> Iterator[None]:
    """Gives the other tests of this process their log lines back: the command silences them."""
    yield
    structlog.reset_defaults()


def expected(relative: float) -> Expected:
    return Expected(relative=relative, tolerance=0.1)


def test_within_the_tolerance_nothing_is_worse() -> None:
    assert worse([LESS, MORE], {"less": expected(1.1), "more": expected(0.55)}, complete=True) == []


def test_beyond_it_is_worse_in_the_direction_that_counts() -> None:
    assert len(worse([LESS], {"less": expected(1.0)}, complete=True)) == 1
    assert len(worse([MORE], {"more": expected(0.6)}, complete=True)) == 1


def test_better_is_never_worse() -> None:
    assert worse([LESS, MORE], {"less": expected(9.0), "more": expected(0.1)}, complete=True) == []


def test_nothing_allowed_is_nothing_allowed() -> None:
    late = value("late", "commands", 1, at_most=0)
    assert worse([late], {"late": expected(0.0)}, complete=True) == ["late: 1, the baseline is 0, bound 0"]


def test_what_is_not_in_the_baseline_or_was_not_measured_fails() -> None:
    assert worse([LESS], {}, complete=True) == ["less: not in the baseline; add it with --write-baseline"]
    assert worse([], {"less": expected(1.0)}, complete=True) == ["less: was not measured"]
    assert worse([], {"less": expected(1.0)}, complete=False) == []


def test_a_baseline_is_written_and_read_and_keeps_tolerances_set_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    write([LESS, MORE], path)
    assert read(path)["less"].relative == 1.2
    found = json.loads(path.read_text())
    found["less"]["tolerance"] = 0.25
    path.write_text(json.dumps(found))
    write([ratio("less", "ms", ours=20, floor=10, at_most=1.5)], path)
    assert read(path)["less"] == Expected(relative=2.0, tolerance=0.25)
    assert "more" in read(path)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text('{"less": {"ratio": 1}}')
    with pytest.raises(ValueError, match="no baseline"):
        read(path)


def test_the_committed_baseline_can_fail() -> None:
    found = read(COMMITTED)
    assert found
    assert all(0 < each.tolerance < 3 for each in found.values())


@pytest.mark.parametrize(("figure", "code"), [(1.0, 0), (1.3, 1)])
def test_the_check_ends_with_its_verdict(
    figure: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def measured(_: Size) -> list[Row]:
        return [ratio("x", "ms", ours=figure, floor=1, at_most=1.1)]

    monkeypatch.setattr(command, "MEASURES", (Measure(name="x", run=measured),))
    monkeypatch.setattr(baseline, "read", lambda: {"x": expected(1.0)})
    results = tmp_path / "results.json"
    assert command.main(["--check", "--output", str(results)]) == code
    assert command.main(["--output", str(results)]) == 0
    assert ("MISSED" in capsys.readouterr().out) == bool(code)
    assert json.loads(results.read_text())["rows"][0]["figure"] == figure


def test_a_tiny_run_is_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        command.main(["--tiny", "--check", "--output", str(tmp_path / "results.json")])
