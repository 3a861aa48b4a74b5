"""One line of the result: what was measured, against what, and whether the target is met."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["ratio", "excess", "value"]
Direction = Literal["at most", "at least"]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A measured figure and its target.

    `figure` is what the target is about: ours divided by the floor's (`ratio`), ours minus the floor's in `unit`
    (`excess`), or ours alone in `unit` (`value`).
    """

    name: str
    unit: str
    ours: float
    floor: float | None
    kind: Kind
    target: float
    direction: Direction

    @property
    def figure(self) -> float:
        """What is compared with the target; a ratio to nothing is infinite."""
        if self.floor is None:
            return self.ours
        if self.kind == "excess":
            return self.ours - self.floor
        return self.ours / self.floor if self.floor else float("inf")

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.figure <= self.target if self.direction == "at most" else self.figure >= self.target

    @property
    def relative(self) -> float:
        """The figure without a unit, for the comparison with a baseline: the ratio, else the share of the target."""
        if self.kind == "ratio":
            return self.figure
        return self.figure / self.target if self.target else self.figure

    def to_json(self) -> dict[str, object]:
        """All of it, the verdict too."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": self.ours,
            "floor": self.floor,
            "kind": self.kind,
            "figure": self.figure,
            "target": self.target,
            "direction": self.direction,
            "met": self.met,
            "relative": self.relative,
        }


def ratio(
    name: str, unit: str, *, ours: float, floor: float, at_most: float | None = None, at_least: float | None = None
) -> Row:
    """Ours divided by the floor's; one of the two bounds is given."""
    bound, direction = _bound(at_most, at_least)
    return Row(name=name, unit=unit, ours=ours, floor=floor, kind="ratio", target=bound, direction=direction)


def excess(name: str, unit: str, *, ours: float, floor: float, at_most: float) -> Row:
    """How much ours is above the floor's."""
    return Row(name=name, unit=unit, ours=ours, floor=floor, kind="excess", target=at_most, direction="at most")


def value(name: str, unit: str, ours: float, *, at_most: float | None = None, at_least: float | None = None) -> Row:
    """Ours alone, where there is no floor; one of the two bounds is given."""
    bound, direction = _bound(at_most, at_least)
    return Row(name=name, unit=unit, ours=ours, floor=None, kind="value", target=bound, direction=direction)


def percentile(numbers: Sequence[float], share: float) -> float:
    """The smallest of the numbers (not empty) that at least this share of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def median(numbers: Sequence[float]) -> float:
    """The middle of the numbers (not empty)."""
    return float(statistics.median(numbers))


def _bound(at_most: float | None, at_least: float | None) -> tuple[float, Direction]:
    if (at_most is None) == (at_least is None):
        raise ValueError("a row has one bound")
    return (at_least, "at least") if at_most is None and at_least is not None else (at_most or 0.0, "at most")
