"""When to look again and when to try again: pure functions of what is known. All times in milliseconds."""

from dataclasses import dataclass
from typing import Final

UNLEARNT_FIRST: Final = 2_000
UNLEARNT_GROWTH: Final = 1.37  # a look is at most a good third of the duration late
LONGEST_POLL: Final = 30_000
CLOSE_STEP: Final = 400
MOST_CLOSE: Final = 8  # looks from the shortest duration to the longest

RETRY_FIRST: Final = 2_000
RETRY_LONGEST: Final = 120_000
LONGEST_WISH: Final = 600  # seconds; an API that wants us to stay away for longer is told of as a failure
MOST_ATTEMPTS: Final = 6  # creates that certainly created nothing, before a job is given up

LOST_PAUSE: Final = 4_000  # before a create is sent once more whose outcome stays unknown
OUTAGE_LONGEST: Final = 10 * 60_000  # how long a job waits for an API that takes nothing

SHORTEST_DEADLINE: Final = 10 * 60_000
SILENCE_LONGEST: Final = 60 * 60_000  # on top of the deadline, where no answer tells that the job still runs


@dataclass(frozen=True, kw_only=True)
class Durations:
    """What is known of how long a model takes, in milliseconds."""

    typical: int
    shortest: int  # of the last jobs, but for outliers; with `longest`, where an end is looked for closely
    longest: int
    learnt: bool  # from jobs of our own; else the vendor's word, which no look relies on


def poll_delay(*, elapsed: int, durations: Durations, webhook: bool) -> int:
    """How long to wait before the next look at a job that has run for `elapsed`.

    With learnt durations: a first look where the shortest ones end, evenly spaced ones up to the longest, then ever
    wider ones. Without: looks in a geometric row, so that their number grows only with the logarithm of the duration.
    Where a webhook is expected, polling is the safety net: later and wider.
    """
    typical = durations.typical
    if webhook:
        due = int(1.5 * typical) if durations.learnt else UNLEARNT_FIRST * 5
        return max(due - elapsed, CLOSE_STEP) if elapsed < due else min(LONGEST_POLL, max(2_000, elapsed // 4))
    if not durations.learnt:
        return max(UNLEARNT_FIRST - elapsed, min(LONGEST_POLL, int(elapsed * (UNLEARNT_GROWTH - 1))), CLOSE_STEP)
    if elapsed < (sooner := typical // 2) < durations.shortest:
        return max(sooner - elapsed, CLOSE_STEP)  # finds out when jobs have become much faster than they were
    if elapsed < durations.shortest:
        return max(durations.shortest - elapsed, CLOSE_STEP)
    step = max(CLOSE_STEP, -(-(durations.longest - durations.shortest) // MOST_CLOSE), typical // 40)
    if elapsed < durations.longest:
        return step
    return min(LONGEST_POLL, max(step, elapsed // 7))


def retry_delay(*, attempts: int, retry_after: float | None, jitter: float) -> int:
    """How long a job waits after `attempts` (at least 1) creates that made nothing.

    `retry_after` is the vendor's wish in seconds and is never undercut; `jitter` is drawn from 0 to 1.
    """
    backoff = min(RETRY_LONGEST, RETRY_FIRST * 2 ** (attempts - 1))
    wished = int(1000 * retry_after) if retry_after is not None else 0
    return max(wished, int(backoff * (0.5 + jitter / 2)))


def deadline(typical: int) -> int:
    """How long a job may run at the API before it is given up and refunded."""
    return max(SHORTEST_DEADLINE, 10 * typical)


def patience(typical: int) -> int:
    """How long a job is kept of which nothing can be learnt or had: its images may be made, paid and waiting.

    Counted from its create, or from this process's start where that is later: an outage is not the job's fault.
    """
    return deadline(typical) + SILENCE_LONGEST
