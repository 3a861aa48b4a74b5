"""Which cases the whole suite consists of: what a scene's trace shows to come to pass is what it is killed at."""

import itertools
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from jobs.status import TRANSITIONS
from tests.faults.cases import Case, Outcome
from tests.faults.failpoints import store_writes
from tests.faults.points import Kill, Moment
from tests.faults.scenes import SCENES
from tests.faults.stage import Mode

MOST_NTH: Final = 2  # what passes once for each picture or message is tried the first two times
BUSY: Final = "busy server"
ELSEWHERE: Final = (
    "SqlStore.close_replies",  # only after a backup was restored: tests/e2e/test_backup.py
    "SqlStore.mark_losses_told",  # only where an operator's channel is set: tests/e2e/test_lost_creates.py
    "SqlStore.note_changes",  # only on the operator's command line: tests/test_admin_cli.py
    # One transaction each, upon which nothing follows:
    "SqlStore.mark_favourite",  # tests/e2e/test_history_opened.py
    "SqlStore.remove_entry",  # tests/e2e/test_library.py
    "SqlStore.remove_preset",  # tests/e2e/test_presets.py
    "SqlStore.rename_preset",  # tests/e2e/test_presets.py
    "SqlStore.save_defaults",  # tests/e2e/test_settings.py
    "SqlStore.save_preview",  # tests/e2e/test_library.py
)


def rehearsals(engine: str) -> list[Case]:
    """Every scene in every mode of its own, without a kill."""
    return [
        Case(scene=scene.name, mode=mode, engine=engine, deaths=scene.deaths)
        for scene in SCENES.values()
        for mode in scene.modes
    ]


def asked_for(rehearsed: Iterable[Case], only: str, engines: Sequence[str]) -> list[Case]:
    """Those in scenes and modes that the expression names; all of them where it names a kill alone.

    What it says from the first `: ` on is about kills.
    """
    rehearsed = list(rehearsed)
    place = re.compile(only.partition(": ")[0])
    named = [case for case in rehearsed if any(place.search(str(replace(case, engine=each))) for each in engines)]
    return named or rehearsed


def single_kills(rehearsed: Iterable[Outcome], engines: Sequence[str]) -> list[Case]:
    """A kill at everything that passed, in each mode once: in the first scene that comes there."""
    seen: set[tuple[object, ...]] = set()
    return [
        replace(outcome.case, engine=engine, deaths=(*outcome.case.deaths, kill))
        for outcome in rehearsed
        for kill in _at_stake(outcome)
        if _is_new(seen, outcome.case.mode, _context(outcome, kill), kill)
        for engine in engines
    ]


def double_kills(killed: Iterable[Outcome], engines: Sequence[str]) -> list[Case]:
    """A second kill at everything that passes while a first one is recovered from, each on one engine in turn."""
    seen: set[tuple[object, ...]] = set()
    turns = itertools.cycle(engines)
    return [
        replace(outcome.case, engine=next(turns), deaths=(*outcome.case.deaths, kill))
        for outcome in killed
        if outcome.case.scene != BUSY  # where no two runs are the same
        for kill in _at_stake(outcome)
        if _is_new(seen, _context(outcome, kill), kill)
    ]


def random_kills(engines: Sequence[str], *, seeds: int) -> list[Case]:
    """A busy server whose bot is killed several times in a row, at moments drawn from a seed."""
    cases: list[Case] = []
    for seed in range(seeds):
        draw = random.Random(seed)  # noqa: S311 - the same moments in every run
        deaths = tuple(round(draw.uniform(0.02, 1.0), 3) for _ in range(4))
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
    missing.extend(f"{name} never came to pass" for name in store_writes() - written - set(ELSEWHERE))
    return sorted(missing)


def _at_stake(outcome: Outcome) -> Sequence[Kill]:
    """What passed after the deaths so far: where jobs were accepted then, from the first acknowledgement on."""
    deaths = len(outcome.case.deaths)
    passed = outcome.lives[deaths].passed if deaths < len(outcome.lives) else ()
    first = next((at for at, kill in enumerate(passed) if "/interactions/" in kill.point), 0)
    begins_here = not deaths and any(kill.point.startswith("SqlStore.admit") for kill in passed)
    return [kill for kill in passed[first if begins_here else 0 :] if kill.nth <= _most(kill.point)]


def _is_new(seen: set[tuple[object, ...]], *key: object) -> bool:
    is_new = key not in seen
    seen.add(key)
    return is_new


def _context(outcome: Outcome, kill: Kill) -> str:
    """In which scenes a point counts as the same one: where several messages are one delivery, in that scene alone."""
    delivers = kill.point.startswith(("SqlStore.begin_post", "SqlStore.name_post", "SqlStore.mark_delivered"))
    delivers = delivers or kill.point.endswith(("/messages", "[files]"))
    return outcome.case.scene if delivers and SCENES[outcome.case.scene].delivers_in_parts else ""


def _most(point: str) -> int:
    several = point.endswith(("[files]", ".fetch", ".begin_post", ".name_post"))
    return MOST_NTH if several else 1
