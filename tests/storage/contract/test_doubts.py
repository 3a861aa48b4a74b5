from collections.abc import Awaitable, Callable

import pytest

from jobs.catalog import Provider
from jobs.doubts import Window
from jobs.errors import Reason
from jobs.model import Failure, Job
from jobs.outcomes import Execution
from jobs.ports import Clock
from jobs.sentence import verbatim
from jobs.status import Status
from storage.store import SqlStore
from tests.support import within

Admit = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
Change = Callable[[Job, Status], Awaitable[Job | None]]
JobIn = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]

FAILURE = Failure(reason=Reason.UNKNOWN_OUTCOME, user_message=verbatim("Try again."), detail="?")


@pytest.fixture
def send(admit: Admit, claim: Claim) -> Callable[..., Awaitable[Job]]:
    """A job whose create is on its way; to be called while nothing else is queued."""

    async def sent(*, key: str = "key", **what: object) -> Job:
        await admit(**what)
        job = await claim(key=key)
        assert job is not None
        return job

    return sent


async def open_ids(store: SqlStore, clock: Clock, *keys: str, since: int = 0, until: int | None = None) -> list[str]:
    window = Window(since=since, until=clock.now() if until is None else until)
    creates = await store.open_creates(key_ids=keys or ("key",), model="flux-lora", window=window)
    return [create.job.id for create in creates]


async def test_a_create_that_is_given_up_is_counted_with_what_follows(
    store: SqlStore, send: Callable[..., Awaitable[Job]], claim: Claim
) -> None:
    """In one and the same change, so that the count never falls behind what may have been paid."""
    job = await send()
    queued = await store.give_up(job.id, not_before=0, bounds=within(1))
    assert isinstance(queued, Job)
    assert (queued.status, queued.unknown_creates, queued.doubted_at) == (Status.QUEUED, 1, None)
    await claim()
    certain = await store.requeue(job.id, not_before=0)
    assert certain is not None
    assert certain.unknown_creates == 1
    await claim()
    failed = await store.mark_failed(job.id, FAILURE, unknown=True)
    assert failed is not None
    assert (failed.status, failed.unknown_creates, failed.attempts) == (Status.FAILED, 2, 3)
    assert await store.mark_failed(job.id, FAILURE, unknown=True) is None


async def test_the_moment_of_a_lost_answer_is_kept(
    store: SqlStore, send: Callable[..., Awaitable[Job]], clock: Clock, advance: Advance
) -> None:
    """From it the search's window and the grace time are counted."""
    job = await send()
    advance(30_000)
    unconfirmed = await store.mark_unconfirmed(job.id, next_poll_at=clock.now() + 3_000)
    assert unconfirmed is not None
    assert unconfirmed.doubted_at == clock.now()


async def test_creates_that_may_own_an_unknown_execution_are_those_whose_prediction_nobody_has_named(
    store: SqlStore, send: Callable[..., Awaitable[Job]], claim: Claim, change: Change, clock: Clock
) -> None:
    """On their way, in doubt, given up, cancelled or failed before an answer came; not those with a name."""
    named = await send()
    await change(named, Status.RUNNING)
    made_nothing = await send()
    await store.requeue(made_nothing.id, not_before=clock.now() + 9_000)
    on_its_way, in_doubt, cancelled, failed, given_up = [await send() for _ in range(5)]
    await change(in_doubt, Status.UNCONFIRMED)
    await change(cancelled, Status.CANCELLING)
    await change(failed, Status.FAILED)
    await store.give_up(given_up.id, not_before=0, bounds=within(1))
    again = await claim()
    assert again is not None
    await change(again, Status.RUNNING)  # its second create has a name, its first one never had
    expected = {on_its_way.id, in_doubt.id, cancelled.id, failed.id, given_up.id}
    assert set(await open_ids(store, clock)) == expected


async def test_only_creates_of_these_keys_and_this_time_count(
    store: SqlStore, send: Callable[..., Awaitable[Job]], clock: Clock, advance: Advance
) -> None:
    """Both ends of the window included."""
    began = clock.now()
    one = await send(key="one")
    advance(1_000)
    two = await send(key="two")
    assert await open_ids(store, clock, "one") == [one.id]
    assert await open_ids(store, clock, "one", "two") == [one.id, two.id]
    assert await open_ids(store, clock, "one", "two", since=began + 1) == [two.id]
    assert await open_ids(store, clock, "one", "two", until=began) == [one.id]


async def test_executions_of_our_own_jobs_are_known(store: SqlStore, job_in: JobIn) -> None:
    """At the same API only: another one may use the same names."""
    job = await job_in(Status.DELIVERED)
    ours, strange = Execution(id=f"p-{job.id}", created_at=1), Execution(id="p-strange", created_at=2)
    assert await store.unknown_executions([ours, strange], provider=Provider.EACHLABS) == [strange]
    assert await store.unknown_executions([ours, strange], provider=Provider.AIMLAPI) == [ours, strange]


async def test_what_waits_for_an_api_is_listed_by_its_age(
    store: SqlStore, admit: Admit, claim: Claim, clock: Clock, advance: Advance
) -> None:
    """Whether it may be sent now or later; what is no longer queued is not among it."""
    await admit()
    retried = await claim()
    assert retried is not None
    await store.requeue(retried.id, not_before=clock.now() + 60_000)
    ready = await admit()
    await admit(provider=Provider.AIMLAPI)
    advance(1_000)
    young = await admit()
    found = await store.queued(provider=Provider.EACHLABS, created_before=clock.now() - 1_000, limit=9)
    assert {job.id for job in found} == {retried.id, ready.id}
    everything = await store.queued(provider=Provider.EACHLABS, created_before=clock.now(), limit=9)
    assert {job.id for job in everything} == {retried.id, ready.id, young.id}
    assert len(await store.queued(provider=Provider.EACHLABS, created_before=clock.now(), limit=2)) == 2


@pytest.mark.parametrize("status", [Status.RUNNING, Status.DELIVERING, Status.QUEUED])
async def test_a_create_that_was_found_meanwhile_is_not_given_up(
    store: SqlStore, job_in: JobIn, status: Status
) -> None:
    """Its webhook may come at the last moment of its grace time."""
    job = await job_in(status)
    assert await store.mark_failed(job.id, FAILURE, unknown=True) is None
    assert await store.get(job.id) == job


async def test_whoever_knows_of_no_images_does_not_give_them_up(store: SqlStore, job_in: JobIn) -> None:
    """A look that ends with the deadline, and a webhook that stored the images while it looked."""
    job = await job_in(Status.DELIVERING)
    assert await store.mark_failed(job.id, FAILURE, stored_too=False) is None
    assert await store.mark_failed(job.id, FAILURE) is not None


async def test_unknown_creates_are_counted_for_good_and_told_of_once(
    store: SqlStore, job_in: JobIn, advance: Advance, clock: Clock
) -> None:
    """The operator's bill does not begin anew with every start."""
    begin = clock.now() - 1
    one = await job_in(Status.UNCONFIRMED)
    assert await store.count_unknown_creates() == 0
    assert await store.mark_failed(one.id, FAILURE, unknown=True)
    advance(10)
    other = await job_in(Status.SUBMITTING)
    assert await store.give_up(other.id, not_before=0, bounds=within(1))
    assert await store.count_unknown_creates() == 2
    assert [job.id for job in await store.untold_losses(since=begin)] == [one.id, other.id]
    assert [job.id for job in await store.untold_losses(since=one.created_at)] == [other.id]
    await store.mark_losses_told({one.id: 1, "z" * 20: 1})
    [left] = await store.untold_losses(since=begin)
    assert (left.id, left.unknown_creates, left.unknown_told) == (other.id, 1, 0)
    await store.mark_losses_told({other.id: 1, one.id: 0})
    assert await store.untold_losses(since=begin) == []
    assert await store.count_unknown_creates() == 2
