"""Round numbers for the side of a chart."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import Final

STEPS_MOST: Final = 3
_MINUTE: Final = 60_000
_DAY: Final = 1_440 * _MINUTE
_DURATIONS: Final = (  # milliseconds between which nobody has to calculate
    *(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000),
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720)),
)


def counts(most: int) -> Sequence[int]:
    """From 0 to at least `most` in at most three equal steps of 1, 2 or 5 times a power of ten."""
    return _rungs(most, _decimal())


def durations(most: int) -> Sequence[int]:
    """The same of milliseconds, in steps of whole seconds, minutes and hours; beyond a day and a half in whole days."""
    return _rungs(most, chain(_DURATIONS, (days * _DAY for days in _decimal())))


def _decimal() -> Iterator[int]:
    return (factor * 10**power for power in count() for factor in (1, 2, 5))


def _rungs(most: int, steps: Iterable[int]) -> Sequence[int]:
    for step in steps:
        needed = max(1, math.ceil(most / step))
        if needed <= STEPS_MOST:
            return [rung * step for rung in range(needed + 1)]
    raise ValueError(f"no step is large enough for {most}")
