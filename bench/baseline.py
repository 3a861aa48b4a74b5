"""The committed baseline: figures without units, each with the tolerance within which a new run has to stay."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.rows import Row

COMMITTED: Final = Path(__file__).parent / "baseline.json"
TOLERANCE: Final = 0.5  # of the baseline's figure, where a new row is given none by hand


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What one row showed when the baseline was written."""

    relative: float
    tolerance: float  # as a share of `relative`


def read(path: Path = COMMITTED) -> dict[str, Expected]:
    """The baseline by the rows' names.

    Raises:
        ValueError: the file is no baseline.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {name: Expected(**entry) for name, entry in found.items()}
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path} is no baseline: {error}") from error


def write(rows: Sequence[Row], path: Path = COMMITTED) -> None:
    """Take these rows into the baseline; tolerances set by hand, and rows that were not measured now, stay."""
    known = read(path) if path.exists() else {}
    for row in rows:
        tolerance = known[row.name].tolerance if row.name in known else TOLERANCE
        known[row.name] = Expected(relative=round(row.relative, 3), tolerance=tolerance)
    entries = {name: {"relative": each.relative, "tolerance": each.tolerance} for name, each in known.items()}
    path.write_text(json.dumps(entries, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def worse(rows: Sequence[Row], baseline: Mapping[str, Expected], *, complete: bool) -> list[str]:
    """Why the rows fail against the baseline, one sentence each; empty: they hold.

    With `complete` a row of the baseline that was not measured is a failure too.
    """
    told = []
    for row in rows:
        expected = baseline.get(row.name)
        if expected is None:
            told.append(f"{row.name}: not in the baseline; add it with --write-baseline")
            continue
        allowance = abs(expected.relative) * expected.tolerance
        bound = expected.relative + allowance if row.direction == "at most" else expected.relative - allowance
        if row.relative > bound if row.direction == "at most" else row.relative < bound:
            told.append(f"{row.name}: {row.relative:.3g}, the baseline is {expected.relative:.3g}, bound {bound:.3g}")
    if complete:
        told += [f"{name}: was not measured" for name in baseline.keys() - {row.name for row in rows}]
    return told
