"""Where a process is killed: how a moment is named, and how it travels in the environment and in the trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

KILL: Final = "FAULTS_KILL"  # the environment variable that names the moment
TRACE: Final = "FAULTS_TRACE"  # the file to which every moment is appended as it passes
KILLED: Final = "killed"
STARTED: Final = "started"


class Moment(StrEnum):
    """On which side of a point's effect."""

    BEFORE = "before"  # the last instant at which nothing of it has happened, or none of it is committed
    AFTER = "after"  # it has happened, and nobody here knows yet


@dataclass(frozen=True, kw_only=True, order=True)
class Kill:
    """The `nth` time (from 1, counted from a process's start) that a point passes.

    A point is `Class.method` or a Discord route, followed in square brackets by what distinguishes its uses:
    `SqlStore.mark_running[submitting>running]`, `Discord.PATCH /webhooks/…[files]`.
    """

    point: str
    moment: Moment
    nth: int = 1

    def __str__(self) -> str:
        return f"{self.moment} {self.nth} {self.point}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what `str()` has written."""
        moment, nth, point = text.split(" ", 2)
        return cls(point=point, moment=Moment(moment), nth=int(nth))

    @property
    def transitions(self) -> frozenset[tuple[str, str]]:
        """The changes of status that the point commits, as (from, to)."""
        _, _, inner = self.point.removesuffix("]").partition("[")
        return frozenset(
            (source, target) for source, arrow, target in (each.partition(">") for each in inner.split(",")) if arrow
        )


@dataclass(frozen=True, kw_only=True)
class Life:
    """One process's life as its trace tells it: all moments that passed, and the one at which it killed itself."""

    passed: tuple[Kill, ...]
    killed: Kill | None


def read_trace(path: Path) -> list[Life]:
    """The lives of all processes that wrote into one trace, one after the other."""
    lives: list[Life] = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        if line == STARTED:
            lives.append(Life(passed=(), killed=None))
            continue
        last = lives[-1]
        if line.startswith(KILLED):
            lives[-1] = Life(passed=last.passed, killed=Kill.read(line.removeprefix(KILLED).strip()))
        else:
            lives[-1] = Life(passed=(*last.passed, Kill.read(line)), killed=None)
    return lives


def environment(kill: Kill | None, trace: Path) -> Mapping[str, str]:
    """What the launcher is to be started with."""
    return {TRACE: str(trace), KILL: "" if kill is None else str(kill)}
