"""Every measure runs, with the real bot, the real floor and the real databases, in a size that shows no more."""

import math

import pytest

from bench.measure import Measure
from bench.plan import MEASURES
from bench.rows import Row
from bench.sizes import TINY

# What does not depend on how fast the machine is.
EXACT = {"acknowledgements late": 0, "commands without a job": 0}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
async def test_it_measures_something(measure: Measure) -> None:
    rows = await measure.run(TINY)
    assert rows
    assert all(math.isfinite(row.figure) for row in rows)
    assert [row.name for row in rows if row.name in EXACT and row.figure != EXACT[row.name]] == []
    assert [row.name for row in rows if row.kind == "ratio" and not _is_positive(row)] == []


def _is_positive(row: Row) -> bool:
    return row.ours > 0 and row.floor is not None and row.floor > 0
