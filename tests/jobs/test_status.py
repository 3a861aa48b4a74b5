"""The table of transitions."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jobs.status import FINISHED, TRANSITIONS, Status, diagram, sources

ROOT = Path(__file__).parents[2]


def test_every_state_has_a_row_and_every_unfinished_one_may_fail() -> None:
    assert set(TRANSITIONS) == set(Status)
    for status in set(Status) - FINISHED:
        assert Status.FAILED in TRANSITIONS[status]


def test_what_is_delivered_failed_or_cancelled_stays_so() -> None:
    ends = {status for status in Status if not TRANSITIONS[status]}
    assert ends == {Status.DELIVERED, Status.FAILED, Status.CANCELLED}


def test_undelivered_can_only_still_be_delivered() -> None:
    assert TRANSITIONS[Status.UNDELIVERED] == {Status.DELIVERED}


def test_nothing_leads_back_into_the_queue_once_the_api_has_named_the_job() -> None:
    reached, frontier = {Status.RUNNING}, [Status.RUNNING]
    while frontier:
        for target in TRANSITIONS[frontier.pop()] - reached:
            reached.add(target)
            frontier.append(target)
    assert Status.QUEUED not in reached
    assert Status.SUBMITTING not in reached


def test_a_cancelled_job_is_never_delivered() -> None:
    assert TRANSITIONS[Status.CANCELLING] == {Status.CANCELLED, Status.FAILED}


@given(st.sampled_from(Status))
def test_sources_is_the_inverse_of_the_table(target: Status) -> None:
    assert all((target in TRANSITIONS[status]) == (status in sources(target)) for status in Status)


def test_the_readme_shows_this_very_table() -> None:
    assert diagram() in (ROOT / "README.md").read_text(encoding="utf-8")
