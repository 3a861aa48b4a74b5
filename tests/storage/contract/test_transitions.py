import re
from collections.abc import Awaitable, Callable

import pytest

from jobs.errors import Reason
from jobs.model import Failure, Job, Posted, StoredImage
from jobs.ports import Clock
from jobs.sentence import verbatim
from jobs.status import TRANSITIONS, Status, sources
from storage.engine import QUERIES
from storage.store import SqlStore
from tests.support import daily, within

Change = Callable[[Job, Status], Awaitable[Job | None]]
JobIn = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]

PICTURE = StoredImage(name="1.webp", format="webp", width=64, height=32, size=99)
PAIRS = [(source, target) for source in Status for target in Status]


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=str)
async def test_a_change_happens_exactly_where_the_table_allows_it(
    store: SqlStore, job_in: JobIn, change: Change, source: Status, target: Status
) -> None:
    """Every pair of states, through the store."""
    job = await job_in(source)
    changed = await change(job, target)
    if target in TRANSITIONS[source]:
        assert changed is not None
        assert changed.status is target
        assert await store.get(job.id) == changed
    else:
        assert changed is None
        assert await store.get(job.id) == job


def test_the_statements_name_the_tables_states() -> None:
    """The SQL and the table are one list."""
    text = (QUERIES / "transitions.sql").read_text(encoding="utf-8")
    update = re.compile(r"SET status = '(\w+)'[^;]*?WHERE id = :id AND status IN \(([^)]*)\)", re.DOTALL)
    named = {
        Status(target): {Status(name) for name in re.findall(r"'(\w+)'", by)} for target, by in update.findall(text)
    }
    reached_by_a_claim = Status.SUBMITTING
    assert named == {target: set(sources(target)) for target in Status if target is not reached_by_a_claim}


async def test_a_change_of_an_unknown_job_is_a_lost_race(store: SqlStore) -> None:
    """No row, no change, no error."""
    assert await store.mark_cancelling("00000000000000000000", sent_too=True) is None


async def test_a_run_keeps_what_was_learnt_on_the_way(
    store: SqlStore, job_in: JobIn, clock: Clock, advance: Advance
) -> None:
    """From the create to the message."""
    job = await job_in(Status.SUBMITTING, images=2)
    advance(1_000)
    running = await store.mark_running(job.id, prediction_id="p-1", next_poll_at=clock.now() + 9_000)
    assert running is not None
    assert (running.prediction_id, running.accepted_at, running.next_poll_at) == (
        "p-1",
        clock.now(),
        clock.now() + 9_000,
    )
    advance(9_000)
    pictures = [StoredImage(name=f"{n}.webp", format="webp", width=64, height=32, size=99) for n in (1, 2)]
    delivering = await store.mark_delivering(job.id, images=pictures, cost=70_000, prediction_id=None)
    assert delivering is not None
    assert (delivering.images, delivering.cost, delivering.prediction_id) == (tuple(pictures), 70_000, "p-1")
    assert (delivering.completed_at, delivering.next_poll_at, delivering.finished_at) == (clock.now(), None, None)
    advance(500)
    delivered = await store.mark_delivered(job.id, posted=Posted(channel_id=5, message_id=6))
    assert delivered is not None
    assert (delivered.posted, delivered.finished_at) == (Posted(channel_id=5, message_id=6), clock.now())


async def test_an_answer_that_is_the_result_names_its_prediction(store: SqlStore, job_in: JobIn) -> None:
    """A synchronous API names it only then."""
    job = await job_in(Status.SUBMITTING)
    delivering = await store.mark_delivering(job.id, images=[], cost=None, prediction_id="p-9")
    assert delivering is not None
    assert (delivering.prediction_id, delivering.cost) == ("p-9", None)


async def test_a_failure_is_kept_with_its_reason(store: SqlStore, job_in: JobIn, clock: Clock) -> None:
    """For the user, the log and the metrics."""
    job = await job_in(Status.RUNNING)
    failure = Failure(reason=Reason.CONTENT_REFUSED, user_message=verbatim("Change the prompt."), detail="status=error")
    failed = await store.mark_failed(job.id, failure)
    assert failed is not None
    assert (failed.failure, failed.finished_at, failed.next_poll_at) == (failure, clock.now(), None)


async def test_a_prediction_belongs_to_one_job(store: SqlStore, job_in: JobIn) -> None:
    """A second one that is said to have it has lost the race for it, and stays as it is."""
    first, second = await job_in(Status.SUBMITTING), await job_in(Status.SUBMITTING)
    assert await store.mark_running(first.id, prediction_id="same", next_poll_at=1) is not None
    assert await store.mark_running(second.id, prediction_id="same", next_poll_at=1) is None
    assert await store.mark_delivering(second.id, images=[PICTURE], cost=None, prediction_id="same") is None
    assert await store.get(second.id) == second
    assert await store.mark_running(second.id, prediction_id="another", next_poll_at=1) is not None


async def test_polls_are_counted_and_start_anew_with_the_next_create(store: SqlStore, job_in: JobIn) -> None:
    """The next create has nothing to do with the last one's looks."""
    job = await job_in(Status.UNCONFIRMED)
    for expected in (1, 2):
        await store.schedule_poll(job.id, at=0)
        [looked] = await store.take_due_polls(limit=1, until=77)
        assert (looked.status, looked.polls, looked.next_poll_at) == (Status.UNCONFIRMED, expected, 77)
    requeued = await store.requeue(job.id, not_before=0)
    assert requeued is not None
    assert (requeued.polls, requeued.next_poll_at, requeued.key_id) == (0, None, None)


@pytest.mark.parametrize("status", [s for s in Status if s not in {Status.RUNNING, Status.UNCONFIRMED}])
async def test_only_what_may_be_running_is_polled(store: SqlStore, job_in: JobIn, status: Status) -> None:
    """A late look does not wake a finished job."""
    job = await job_in(status)
    assert await store.schedule_poll(job.id, at=1) is None
    assert await store.get(job.id) == job


async def test_an_undelivered_job_claimed_later_is_settled_once(store: SqlStore, job_in: JobIn, change: Change) -> None:
    """It was paid for when it became undelivered."""
    job = await job_in(Status.UNDELIVERED, images=4)
    before = await store.usage(guild_id=1, user_id=7, allowance=daily(20))
    delivered = await change(job, Status.DELIVERED)
    assert delivered is not None
    assert delivered.failure is None
    assert await store.usage(guild_id=1, user_id=7, allowance=daily(20)) == before
    assert before.windows[0].used == 1


@pytest.mark.parametrize("status", Status)
async def test_what_may_have_been_sent_is_not_cancelled_where_the_api_cannot_be_told(
    store: SqlStore, job_in: JobIn, status: Status
) -> None:
    """Its images are made and paid."""
    job = await job_in(status)
    cancelling = await store.mark_cancelling(job.id, sent_too=False)
    assert (cancelling is not None) == (status is Status.QUEUED)


async def test_a_job_that_was_never_given_up_is_not_delivered_out_of_the_queue(
    store: SqlStore, admit: Callable[..., Awaitable[Job]], change: Change
) -> None:
    """Of any other queued job nothing was made, whatever somebody reports."""
    job = await admit()
    assert await store.mark_delivering(job.id, images=[PICTURE], cost=None, prediction_id="p") is None
    assert await change(job, Status.SUBMITTING) is not None
    again = await change(job, Status.QUEUED)  # certainly nothing was created
    assert again is not None
    assert await store.mark_delivering(job.id, images=[PICTURE], cost=None, prediction_id="p") is None
    assert await store.get(job.id) == again


async def test_a_late_or_repeated_write_about_one_create_does_not_hit_the_next(store: SqlStore, job_in: JobIn) -> None:
    """Each names the create that it is about."""
    first = await job_in(Status.SUBMITTING)
    failure = Failure(reason=Reason.UNKNOWN_OUTCOME, user_message=verbatim("Again."), detail="lost")
    assert await store.requeue(first.id, not_before=0, attempts=first.attempts) is not None
    second = await store.claim(provider=first.provider, key_id="another", concurrency=1, per_minute=1)
    assert second is not None
    assert second.attempts == first.attempts + 1
    assert await store.give_up(first.id, not_before=0, bounds=within(1), attempts=first.attempts) is None
    assert await store.mark_unconfirmed(first.id, next_poll_at=1, attempts=first.attempts) is None
    assert await store.mark_failed(first.id, failure, unknown=True, attempts=first.attempts) is None
    assert await store.get(first.id) == second
    assert await store.mark_unconfirmed(first.id, next_poll_at=1, attempts=second.attempts) is not None
    assert await store.mark_failed(first.id, failure, unknown=True, attempts=second.attempts) is not None


async def test_what_is_being_cancelled_is_named_once_and_by_no_other_jobs_name(store: SqlStore, job_in: JobIn) -> None:
    """Its create's answer may come after its user's wish."""
    running, job = await job_in(Status.RUNNING), await job_in(Status.SUBMITTING)
    assert await store.name_cancelling(job.id, prediction_id="late") is None, "only once it is being cancelled"
    await store.mark_cancelling(job.id, sent_too=True)
    assert await store.name_cancelling(job.id, prediction_id=f"p-{running.id}") is None
    named = await store.name_cancelling(job.id, prediction_id="late")
    assert named is not None
    assert (named.status, named.prediction_id) == (Status.CANCELLING, "late")
    assert await store.name_cancelling(job.id, prediction_id="later") is None


@pytest.mark.parametrize("unknown", [True, False])
async def test_a_cancelled_job_whose_create_was_given_up_counts_it(
    store: SqlStore, job_in: JobIn, unknown: bool
) -> None:
    """It may have been paid."""
    job = await job_in(Status.UNCONFIRMED)
    await store.mark_cancelling(job.id, sent_too=True)
    cancelled = await store.mark_cancelled(job.id, unknown=unknown)
    assert cancelled is not None
    assert (cancelled.status, cancelled.unknown_creates) == (Status.CANCELLED, int(unknown))
