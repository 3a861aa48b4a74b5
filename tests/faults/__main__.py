"""`python -m tests.faults`: the whole suite; ends with 1 if anything that has to be zero is not."""

import argparse
import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from tests.faults.cases import Case, Outcome, play
from tests.faults.databases import ENGINES, server
from tests.faults.plan import asked_for, double_kills, gaps, random_kills, rehearsals, single_kills
from tests.faults.report import findings, table

_PROGRESS: Final = 50  # cases between two signs of life


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES), help="(%(default)s)")
    parser.add_argument("--only", default="", help="only cases whose description fits this regular expression")
    parser.add_argument("--case", action="append", default=[], type=Case.read, help="this one alone, as it is printed")
    parser.add_argument("--seeds", type=int, default=4, help="random moments: how many rows of them (%(default)s)")
    parser.add_argument("--lanes", type=int, default=5 * (os.cpu_count() or 1), help="cases at once (%(default)s)")
    parser.add_argument("--keep", type=Path, help="a folder in which what each case leaves is kept")
    options = parser.parse_args(arguments)
    engines = sorted({case.engine for case in options.case}) or options.engines
    with server(engines), ProcessPoolExecutor(options.lanes, mp_context=get_context("spawn")) as pool:
        suite = _Suite(pool, re.compile(options.only), options.keep)
        if options.case:
            suite.run("cases that were asked for", options.case)
        else:
            played = asked_for(rehearsals(ENGINES[0]), options.only, options.engines)
            rehearsed = suite.run("rehearsals", played, everything=True)
            singles = suite.run("a kill at each moment", single_kills(rehearsed, options.engines))
            suite.run("a second kill at each moment", double_kills(singles, options.engines))
            suite.run("kills at random moments", random_kills(options.engines, seeds=options.seeds))
    return _report(suite, whole=not (options.only or options.case))


class _Suite:
    """Runs cases in lanes, each a process of its own."""

    def __init__(self, pool: ProcessPoolExecutor, only: re.Pattern[str], keep: Path | None) -> None:
        self._pool, self._only, self._keep = pool, only, keep
        self._began = time.monotonic()
        self.outcomes: list[Outcome] = []

    def run(self, name: str, cases: Iterable[Case], *, everything: bool = False) -> list[Outcome]:
        """All of them that are asked for; those that were not killed as planned are tried a second time."""
        chosen = [case for case in cases if everything or self._only.search(str(case))]
        outcomes = self._run(chosen)
        missed = [outcome.case for outcome in outcomes if not outcome.reached]
        outcomes = [outcome for outcome in outcomes if outcome.reached] + self._run(missed)
        self.outcomes.extend(outcomes)
        wrong = findings(outcomes)  # told now as well: what a run of half an hour has found shall not depend on its end
        _say(f"{time.monotonic() - self._began:5.0f} s  {name}: {len(chosen)} cases, {len(wrong)} findings", *wrong)
        return sorted(outcomes, key=lambda outcome: chosen.index(outcome.case))

    def _run(self, cases: Sequence[Case]) -> list[Outcome]:
        waiting = [self._pool.submit(play, case, self._keep) for case in cases]
        outcomes: list[Outcome] = []
        for done in as_completed(waiting):
            outcomes.append(done.result())
            if len(outcomes) % _PROGRESS == 0:
                _say(f"{time.monotonic() - self._began:5.0f} s  … {len(outcomes)} of {len(cases)}")
        return outcomes


def _report(suite: _Suite, *, whole: bool) -> int:
    reached = [outcome for outcome in suite.outcomes if outcome.reached]
    missed = [outcome.case for outcome in suite.outcomes if not outcome.reached]
    missing = gaps(suite.outcomes) if whole else []
    wrong = findings(suite.outcomes)
    _say("", table(reached), "")
    for title, lines in (("never came to pass twice", map(str, missed)), ("not covered", missing), ("WRONG", wrong)):
        for number, line in enumerate(lines):
            _say(*([f"{title}:"] if number == 0 else []), f"  {line}")
    _say("", f"{len(reached)} cases; " + ("all is zero" if not wrong else f"{len(wrong)} findings"))
    return 1 if wrong or missing else 0


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
