"""Which cases the whole suite consists of: what a scene's trace shows to come to pass is what it is killed at."""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from jobs.status import TRANSITIONS
from tests.faults.cases import Case, Outcome
from tests.faults.failpoints import store_writes
from tests.faults.points import Kill, Life, Moment
from tests.faults.scenes import SCENES
from tests.faults.stage import Mode

MOST_NTH: Final = 2  # a point that passes often is tried the first two times
BUSY: Final = "busy server"


def rehearsals(engine: str) -> list[Case]:
    """Every scene in every mode of its own, without a kill."""
    return [Case(scene=scene.name, mode=mode, engine=engine) for scene in SCENES.values() for mode in scene.modes]


def single_kills(rehearsed: Iterable[Outcome], engines: Sequence[str]) -> list[Case]:
    """A kill at everything that passed, in each mode once: in the first scene that comes there."""
    return [
        Case(scene=outcome.case.scene, mode=outcome.case.mode, engine=engine, deaths=(kill,))
        for outcome, kill in _firsts(rehearsed, life=0)
        for engine in engines
    ]


def double_kills(killed: Iterable[Outcome], engines: Sequence[str]) -> list[Case]:
    """A second kill at everything that passes while the first one is recovered from, each on one engine in turn."""
    return [
        Case(scene=outcome.case.scene, mode=outcome.case.mode, engine=engine, deaths=(*outcome.case.deaths, kill))
        for (outcome, kill), engine in zip(_firsts(killed, life=1), itertools.cycle(engines), strict=False)
    ]


def random_kills(engines: Sequence[str], *, seeds: int) -> list[Case]:
    """A busy server whose bot is killed several times in a row, at moments drawn from a seed."""
    cases: list[Case] = []
    for seed in range(seeds):
        draw = random.Random(seed)  # noqa: S311 - the same moments in every run
        deaths = tuple(round(draw.uniform(0.6, 4), 3) for _ in range(4))
        cases.extend(
            Case(scene=BUSY, mode=mode, engine=engine, deaths=deaths, seed=seed) for mode in Mode for engine in engines
        )
    return cases


def gaps(outcomes: Iterable[Outcome]) -> list[str]:
    """What the suite has never killed a process at although it should have."""
    outcomes = list(outcomes)
    killed = {life.killed for outcome in outcomes for life in outcome.lives if life.killed is not None}
    passed = {kill for outcome in outcomes for life in outcome.lives for kill in life.passed}
    wanted = [
        (moment, str(source), str(target))
        for source, all_ in TRANSITIONS.items()
        for target in all_
        for moment in Moment
    ]
    done = {(kill.moment, *transition) for kill in killed for transition in kill.transitions}
    missing = [
        f"{moment} {source} → {target}" for moment, source, target in wanted if (moment, source, target) not in done
    ]
    written = {kill.point.partition("[")[0] for kill in passed}
    missing.extend(f"{name} never came to pass" for name in sorted(store_writes() - written))
    return sorted(missing)


def _firsts(outcomes: Iterable[Outcome], *, life: int) -> Iterator[tuple[Outcome, Kill]]:
    seen: set[tuple[Mode, Kill]] = set()
    for outcome in outcomes:
        for kill in _at_stake(outcome.lives[life]) if len(outcome.lives) > life else ():
            most = 1 if kill.point.startswith("Engine.") else MOST_NTH
            if kill.nth <= most and (outcome.case.mode, kill) not in seen:
                seen.add((outcome.case.mode, kill))
                yield outcome, kill


def _at_stake(life: Life) -> Sequence[Kill]:
    """What passes from the first acknowledgement on; in a later life, what passes at all."""
    first = next((at for at, kill in enumerate(life.passed) if "/interactions/" in kill.point), 0)
    admitted = any(kill.point.startswith("SqlStore.admit") for kill in life.passed)
    return life.passed[first:] if admitted else life.passed
