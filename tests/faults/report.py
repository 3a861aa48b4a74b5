"""The table that the suite prints: what was tried, what became of the jobs, and what has to be zero."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from tests.faults.audit import Verdict
from tests.faults.cases import Outcome
from tests.faults.keeper import ASKED
from tests.faults.points import Kill

_COLUMNS: Final = (
    "tried",
    "jobs",
    "delivered",
    "kept",
    "told",
    "paid",
    "unknown",
    "lost",
    "double",
    "charges",
    "overpaid",
    "other",
)
_FIELDS: Final = (
    "jobs",
    "delivered",
    "kept",
    "told",
    "paid",
    "unknown",
    "lost",
    "double_posts",
    "double_charges",
    "overpaid",
    "other",
)
_LEGEND: Final = """\
kept: made, and nowhere to post it; told: failed or cancelled, refunded, and its user knows; paid: creates at the image
APIs; unknown: creates given up after looking for them in vain. What has to be zero: lost jobs and whatever else was not
told or carried out, double posts, charges that are not what was delivered, creates overpaid (beyond jobs + unknown),
other (limits, remains, tracebacks)."""


def table(outcomes: Iterable[Outcome]) -> str:
    """One line for each fault, over all modes and engines in which it was tried, and the totals."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(_fault(outcome), []).append(outcome)
    rows = [[name, _where(group), *_counts(group)] for name, group in groups.items()]
    everything = [outcome for group in groups.values() for outcome in group]
    rows.append(["all", "", *_counts(everything)])
    return "\n".join([*_aligned([["fault", "modes × engines", *_COLUMNS], *rows]), "", _LEGEND])


def findings(outcomes: Iterable[Outcome]) -> list[str]:
    """What was wrong, case by case."""
    return [f"{outcome.case}\n    {finding}" for outcome in outcomes for finding in outcome.verdict.findings]


def _fault(outcome: Outcome) -> str:
    deaths = outcome.case.deaths
    if deaths and all(isinstance(death, float) and death != ASKED for death in deaths):
        return f"up to {len(deaths)} kills at random moments"
    kills = [death for death in deaths if isinstance(death, Kill)]
    if not kills:
        return f"no kill: {outcome.case.scene}"
    return str(kills[0]) if len(kills) == 1 else f"killed again: {kills[-1]}"


def _where(group: Sequence[Outcome]) -> str:
    modes = dict.fromkeys(str(outcome.case.mode) for outcome in group)
    engines = dict.fromkeys(outcome.case.engine for outcome in group)
    return f"{' '.join(modes)} × {' '.join(engines)}"


def _counts(group: Sequence[Outcome]) -> list[str]:
    total = Verdict()
    for outcome in group:
        total.add(outcome.verdict)
    return [str(len(group)), *(str(getattr(total, name)) for name in _FIELDS)]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        words = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(words).rstrip()
