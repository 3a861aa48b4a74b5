"""One create, and what each of its outcomes means."""

import asyncio

import pytest

from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.errors import (
    ContentRefused,
    OutOfCredit,
    ProviderError,
    RateLimited,
    Reason,
    Rejected,
    Temporary,
    Unauthorised,
    UnknownOutcome,
)  # fmt: skip
from jobs.keys import REST
from jobs.outcomes import Accepted
from jobs.status import Status
from jobs.submission import Submission
from jobs.timing import MOST_ATTEMPTS
from jobs.world import World
from tests.jobs.support import DONE, KEY, Rig, settled


def submission(world: World) -> Submission:
    ending = Ending(world)
    return Submission(world, Completion(world, ending, Delivering(world, ending)), ending)


async def test_an_accepted_create_runs_and_is_looked_at_later(rig: Rig) -> None:
    job = await rig.claimed()
    world = rig.world()
    await submission(world).submit(job)
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.prediction_id) == (Status.RUNNING, f"prediction-{job.id}")
    assert current.next_poll_at is not None
    assert current.next_poll_at > rig.clock.ms
    assert rig.observer.changes == [(Status.QUEUED, Status.SUBMITTING), (Status.SUBMITTING, Status.RUNNING)]


async def test_an_answer_that_is_the_result_is_delivered(rig: Rig) -> None:
    job = await rig.claimed()
    rig.api.creates = [DONE]
    world = rig.world()
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.delivered))
    assert await rig.status(job) is Status.DELIVERED
    assert rig.audience.delivered == [(job.id, [b"picture"])]
    assert await rig.used() == 1


@pytest.mark.parametrize(
    "error", [Rejected("400"), ContentRefused("400"), Unauthorised("401"), OutOfCredit("402")], ids=lambda e: e.reason
)
async def test_a_final_refusal_fails_refunds_and_is_told(rig: Rig, error: ProviderError) -> None:
    job = await rig.claimed(count=3)
    rig.api.creates = [error]
    world = rig.world()
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.FAILED
    assert await rig.used() == 0
    [(told, usage)] = rig.audience.failures
    assert told.failure is not None
    assert (told.failure.reason, told.failure.user_message) == (error.reason, error.user_message)
    assert usage.used == 0
    assert rig.observer.errors == [error.reason]


@pytest.mark.parametrize(
    "error", [RateLimited("429", retry_after=7.0), Temporary("503", retry_after=7.0)], ids=lambda e: e.reason
)
async def test_what_certainly_made_nothing_waits_as_long_as_the_vendor_wishes(rig: Rig, error: ProviderError) -> None:
    job = await rig.claimed()
    rig.api.creates = [error]
    await submission(rig.world()).submit(job)
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.attempts) == (Status.QUEUED, 1)
    assert current.not_before >= rig.clock.ms + 7_000
    assert await rig.used() == 1
    assert rig.audience.followed[-1] == (job.id, Status.QUEUED)


async def test_retries_are_bounded(rig: Rig) -> None:
    job = await rig.claimed()
    world = rig.world()
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert job.attempts == attempt
        rig.api.creates = [Temporary("503")]
        await submission(world).submit(job)
        rig.clock.advance(3_600_000)
        claimed = await rig.store.claim(provider=job.provider, key_id=job.key_id or "", concurrency=9, per_minute=99)
        if claimed is None:
            break
        job = claimed
    assert len(rig.api.created) == MOST_ATTEMPTS
    assert await rig.status(job) is Status.FAILED
    assert await rig.used() == 0


@pytest.mark.parametrize("error", [UnknownOutcome("time-out"), RuntimeError("a fault of our own")], ids=repr)
async def test_a_create_with_an_unknown_outcome_is_not_sent_again(rig: Rig, error: Exception) -> None:
    job = await rig.claimed()
    rig.api.creates = [error]
    await submission(rig.world(public_url="https://bot.example")).submit(job)
    assert await rig.status(job) is Status.UNCONFIRMED
    rig.clock.advance(86_399_000)
    assert await rig.store.claim(provider=job.provider, key_id=job.key_id or "", concurrency=9, per_minute=99) is None
    assert await rig.used() == 1


@pytest.mark.parametrize("synchronous", [True, False])
async def test_where_nothing_can_find_a_lost_create_its_user_is_told_at_once(rig: Rig, synchronous: bool) -> None:
    rig.synchronous = synchronous
    job = await rig.claimed()
    rig.api.creates = [UnknownOutcome("time-out")]
    world = rig.world(public_url="https://bot.example" if synchronous else None)
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.FAILED
    assert await rig.used() == 0


@pytest.mark.parametrize("error", [Unauthorised("401"), OutOfCredit("402")], ids=lambda e: e.reason)
async def test_a_refused_key_rests_and_another_one_takes_over(rig: Rig, error: ProviderError) -> None:
    rig.api.key_ids = (KEY, "another-key")
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [error]
    await submission(world).submit(job)
    assert await rig.status(job) is Status.QUEUED
    assert not world.resting.is_awake(KEY)
    assert world.resting.is_awake("another-key")
    rig.clock.advance(REST)
    assert world.resting.is_awake(KEY)


async def test_when_every_key_is_refused_the_job_fails(rig: Rig) -> None:
    rig.api.key_ids = (KEY, "another-key")
    job, world = await rig.claimed(), rig.world()
    world.resting.rest("another-key")
    rig.api.creates = [Unauthorised("401")]
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.FAILED


async def test_an_api_that_wants_us_to_stay_away_for_long_fails_the_job(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [RateLimited("429", retry_after=86_400.0)]
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.used() == 0


async def test_a_job_cancelled_while_its_create_was_on_its_way_is_cancelled_upstream_too(rig: Rig) -> None:
    job = await rig.claimed()
    world = rig.world()
    rig.api.before_answer = asyncio.Event()
    rig.api.creates = [Accepted(prediction_id="late")]
    sending = asyncio.create_task(submission(world).submit(job))
    await settled(world, lambda: bool(rig.api.created))
    assert await Ending(world).cancel(job)
    assert rig.api.cancelled == []
    rig.api.before_answer.set()
    await sending
    assert rig.api.cancelled == ["late"]
    assert await rig.status(job) is Status.CANCELLED
    assert await rig.used() == 0


async def test_a_webhook_url_names_the_job_and_carries_its_token(rig: Rig) -> None:
    job = await rig.claimed()
    await submission(rig.world(public_url="https://bot.example/")).submit(job)
    [(_, url)] = rig.api.created
    assert url == f"https://bot.example/webhooks/eachlabs/{job.id}/{job.webhook_token}"


async def test_without_a_public_url_no_webhook_is_asked_for(rig: Rig) -> None:
    await submission(rig.world()).submit(await rig.claimed())
    assert rig.api.created[0][1] is None


async def test_a_job_whose_key_was_taken_away_fails_without_being_sent(rig: Rig) -> None:
    job = await rig.claimed()
    rig.api.key_ids = ("another",)
    world = rig.world()
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert rig.api.created == []
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert told.failure.reason is Reason.NOT_OFFERED
    assert await rig.used() == 0
