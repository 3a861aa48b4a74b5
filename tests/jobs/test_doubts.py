"""Whose a listed execution is: never a guess, and never two jobs to one execution."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.doubts import (
    AFTER,
    BEFORE,
    CREATE_LONGEST,
    Candidate,
    Kinship,
    OpenCreate,
    next_look,
    owned,
    rival_window,
    search_window,
    window_of,
)
from jobs.model import Job
from jobs.outcomes import Execution
from jobs.status import Status
from tests.support import make_job

SENT = 1_000_000
SPREAD = 300_000


def in_doubt(number: int, *, sent_at: int = SENT, lost_after: int = 1_000, seed: int = 1) -> Job:
    job = make_job(status=Status.UNCONFIRMED, seed=seed)
    return replace(job, id=f"job-{number}", submitted_at=sent_at, doubted_at=sent_at + lost_after)


def candidate(name: str, at: int = SENT, kinship: Kinship = Kinship.UNTOLD) -> Candidate:
    return Candidate(execution=Execution(id=name, created_at=at), kinship=kinship)


def sent(*jobs: Job) -> list[OpenCreate]:
    return [OpenCreate(job=job, sent_at=job.submitted_at or 0) for job in jobs]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (SENT - BEFORE - 1, False),
        (SENT - BEFORE, True),
        (SENT + 1_000 + AFTER, True),
        (SENT + 1_000 + AFTER + 1, False),
    ],
)
def test_only_what_was_made_between_the_send_and_the_loss_can_be_it(at: int, found: bool) -> None:
    job = in_doubt(1)
    assert (owned(job, [candidate("x", at)], sent(job)) is not None) is found


def test_a_loss_noticed_by_a_later_start_does_not_widen_the_search() -> None:
    job = in_doubt(1, lost_after=86_400_000)
    assert search_window(job).until == SENT + CREATE_LONGEST + AFTER


@pytest.mark.parametrize(
    ("kinships", "found"),
    [
        ([Kinship.UNTOLD], 0),
        ([Kinship.UNTOLD, Kinship.UNTOLD], None),
        ([Kinship.FOREIGN], None),
        ([Kinship.FOREIGN, Kinship.UNTOLD], 1),
        ([Kinship.UNTOLD, Kinship.OURS, Kinship.FOREIGN], 1),
        ([Kinship.OURS, Kinship.OURS], None),
    ],
)
def test_two_that_could_match_are_none(kinships: list[Kinship], found: int | None) -> None:
    job = in_doubt(1)
    candidates = [candidate(f"{number}", kinship=kinship) for number, kinship in enumerate(kinships)]
    execution = owned(job, candidates, sent(job))
    assert (execution and execution.id) == (None if found is None else f"{found}")


@pytest.mark.parametrize(
    ("kinship", "seed", "found"),
    [(Kinship.UNTOLD, 2, False), (Kinship.OURS, 1, False), (Kinship.OURS, 2, True)],
    ids=["nothing is told", "both asked for the same", "the other asked for something else"],
)
def test_another_create_that_could_own_it_leaves_a_doubt(kinship: Kinship, seed: int, found: bool) -> None:
    job, other = in_doubt(1), in_doubt(2, sent_at=SENT + 500, seed=seed)
    execution = owned(job, [candidate("x", kinship=kinship)], sent(job, other))
    assert (execution is not None) is found


def test_an_earlier_create_of_the_same_job_is_no_rival() -> None:
    job = in_doubt(1)
    creates = [*sent(job), OpenCreate(job=job, sent_at=SENT - 20_000)]
    assert owned(job, [candidate("x")], creates) is not None


jobs_in_doubt = st.lists(
    st.builds(
        lambda at, lost, seed: (at, lost, seed),
        st.integers(SENT, SENT + SPREAD),
        st.integers(0, 2 * CREATE_LONGEST),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=6,
)


@given(
    jobs_in_doubt,
    st.data(),
    st.booleans(),
)
def test_whatever_is_listed_what_is_found_is_the_jobs_own(
    values: Sequence[tuple[int, int, int]], data: st.DataObject, told: bool
) -> None:
    """Each create may or may not have made an execution, within its connection's life; strangers made some too."""
    jobs = [in_doubt(n, sent_at=at, lost_after=lost, seed=seed) for n, (at, lost, seed) in enumerate(values)]
    owners: dict[str, Job | None] = {}
    executions = []
    for job in jobs:
        if data.draw(st.booleans()):
            latest = search_window(job).until - AFTER
            at = data.draw(st.integers(job.submitted_at or 0, latest))
            owners[f"of {job.id}"] = job
            executions.append(Execution(id=f"of {job.id}", created_at=at))
    for number in range(data.draw(st.integers(0, 2)) if told else 0):
        # Strangers of the same account are told apart only by an API that tells what was asked for.
        owners[f"stranger {number}"] = None
        at = data.draw(st.integers(SENT - BEFORE, SENT + SPREAD))
        executions.append(Execution(id=f"stranger {number}", created_at=at))
    found = {job.id: owned(job, _seen_by(job, executions, owners, told=told), sent(*jobs)) for job in jobs}
    for job in jobs:
        execution = found[job.id]
        assert execution is None or owners[execution.id] is job
    taken = [execution.id for execution in found.values() if execution is not None]
    assert len(taken) == len(set(taken))


def _seen_by(
    job: Job, executions: Sequence[Execution], owners: Mapping[str, Job | None], *, told: bool
) -> list[Candidate]:
    def kinship(execution: Execution) -> Kinship:
        if not told:
            return Kinship.UNTOLD
        owner = owners[execution.id]
        return Kinship.OURS if owner is not None and owner.request == job.request else Kinship.FOREIGN

    return [Candidate(execution=execution, kinship=kinship(execution)) for execution in executions]


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**6))
def test_whoever_may_compete_was_sent_within_the_rivals_window(sent_at: int, since: int, length: int) -> None:
    window = replace(window_of(0), since=since, until=since + length)
    mine = window_of(sent_at)
    overlap = mine.since <= window.until and window.since <= mine.until
    assert (sent_at in rival_window(window)) is overlap


@given(st.integers(1_000, 3_600_000))
def test_looks_end_with_the_grace_and_grow_in_number_with_its_logarithm_only(grace: int) -> None:
    elapsed, looks = 0, 0
    while elapsed < grace:
        elapsed += next_look(elapsed, grace=grace)
        looks += 1
    assert elapsed == grace
    assert looks <= 13
