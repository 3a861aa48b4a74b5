"""One create, and what each of its outcomes means."""

import asyncio
from unittest.mock import AsyncMock

import pytest

from jobs.breaker import FIRST, IN_A_ROW, Trouble
from jobs.cancelling import Cancelling
from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.doubts import FIRST_LOOK, LostCreates
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
from jobs.lost import Lost
from jobs.model import Job
from jobs.outcomes import Accepted
from jobs.status import Status
from jobs.submission import Submission
from jobs.timing import MOST_ATTEMPTS
from jobs.world import World
from tests.jobs.support import DONE, KEY, Rig, settled


def submission(world: World) -> Submission:
    ending = Ending(world)
    completion = Completion(world, ending, Delivering(world, ending))
    lost = Lost(world, completion, ending)
    return Submission(world, completion, ending, lost, Cancelling(world, ending, lost))


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
    assert usage.windows[0].used == 0
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
        world.breakers.succeeded(KEY, "another job")
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
@pytest.mark.parametrize("public_url", [None, "https://bot.example"])
async def test_a_create_with_an_unknown_outcome_is_looked_for_and_not_sent_again_meanwhile(
    rig: Rig, error: Exception, public_url: str | None
) -> None:
    job = await rig.claimed()
    rig.api.creates = [error]
    await submission(rig.world(public_url=public_url)).submit(job)
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.doubted_at, current.unknown_creates) == (Status.UNCONFIRMED, rig.clock.ms, 0)
    assert await rig.store.next_poll_at() == rig.clock.ms + FIRST_LOOK
    rig.clock.advance(86_399_000)
    assert await rig.store.claim(provider=job.provider, key_id=job.key_id or "", concurrency=9, per_minute=99) is None
    assert await rig.used() == 1


async def test_a_lost_answer_that_was_all_there_is_is_tried_once_more_then_refunded(rig: Rig) -> None:
    rig.synchronous = True
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [UnknownOutcome("time-out"), UnknownOutcome("time-out")]
    await submission(world).submit(job)
    queued = await rig.store.get(job.id)
    assert queued is not None
    assert (queued.status, queued.unknown_creates) == (Status.QUEUED, 1)
    assert 2_000 <= queued.not_before - rig.clock.ms <= 4_000
    assert rig.audience.followed[-1] == (job.id, Status.QUEUED)
    rig.clock.advance(4_000)
    again = await rig.store.claim(provider=job.provider, key_id=KEY, concurrency=9, per_minute=99)
    assert again is not None
    await submission(world).submit(again)
    await settled(world, lambda: bool(rig.audience.failures))
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert (told.failure.reason, told.unknown_creates) == (Reason.UNKNOWN_OUTCOME, 2)
    assert rig.observer.given_up == [job.id, job.id]
    assert await rig.used() == 0


@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_the_cap_on_tries_after_lost_answers_holds_and_each_of_them_is_counted(rig: Rig, retries: int) -> None:
    rig.synchronous, rig.lost_creates = True, LostCreates(grace=1, retries=retries)
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [UnknownOutcome("time-out")] * 9
    claimed: Job | None = job
    while claimed is not None:
        await submission(world).submit(claimed)
        rig.clock.advance(600_000)
        claimed = await rig.store.claim(provider=job.provider, key_id=KEY, concurrency=9, per_minute=99)
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.attempts, current.unknown_creates) == (Status.FAILED, retries + 1, retries + 1)


async def test_creates_of_unknown_outcome_are_no_retries_of_what_made_nothing(rig: Rig) -> None:
    rig.synchronous, rig.lost_creates = True, LostCreates(grace=1, retries=3)
    claimed: Job | None = await rig.claimed()
    rig.api.creates = [UnknownOutcome("?"), *[Temporary("503")] * (MOST_ATTEMPTS - 1), DONE]
    world = rig.world()
    while claimed is not None:
        world.breakers.succeeded(KEY, "another job")
        await submission(world).submit(claimed)
        rig.clock.advance(600_000)
        claimed = await rig.store.claim(provider=claimed.provider, key_id=KEY, concurrency=9, per_minute=99)
    await settled(world, lambda: bool(rig.audience.delivered))
    assert len(rig.api.created) == MOST_ATTEMPTS + 1


async def test_a_fault_of_our_own_after_the_answer_is_not_paid_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.synchronous = True
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [DONE]
    monkeypatch.setattr(Completion, "complete", AsyncMock(side_effect=RuntimeError("a fault of our own")))
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert (told.failure.reason, told.unknown_creates) == (Reason.INTERNAL, 0)


@pytest.mark.parametrize("error", [Unauthorised("401"), OutOfCredit("402")], ids=lambda e: e.reason)
async def test_a_refused_key_is_left_alone_and_another_one_takes_over(rig: Rig, error: ProviderError) -> None:
    rig.api.key_ids = (KEY, "another-key")
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [error]
    await submission(world).submit(job)
    queued = await rig.store.get(job.id)
    assert queued is not None
    assert (queued.status, queued.not_before) == (Status.QUEUED, rig.clock.ms)
    assert not world.breakers.allows(KEY)
    assert world.breakers.allows("another-key")
    rig.clock.advance(FIRST[Trouble.ACCOUNT])
    assert world.breakers.allows(KEY)


async def test_when_every_key_is_refused_the_job_fails(rig: Rig) -> None:
    rig.api.key_ids = (KEY, "another-key")
    job, world = await rig.claimed(), rig.world()
    world.breakers.failed("another-key", "", OutOfCredit("402"))
    rig.api.creates = [Unauthorised("401")]
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.FAILED


async def test_a_job_whose_key_is_refused_while_the_other_is_in_an_outage_waits(rig: Rig) -> None:
    rig.api.key_ids = (KEY, "another-key")
    job, world = await rig.claimed(), rig.world()
    for _ in range(IN_A_ROW):
        world.breakers.failed("another-key", "", Temporary("503"))
    rig.api.creates = [Unauthorised("401")]
    await submission(world).submit(job)
    assert await rig.status(job) is Status.QUEUED


async def test_in_an_outage_a_job_may_be_the_probe_any_number_of_times(rig: Rig) -> None:
    claimed: Job | None = await rig.claimed()
    world = rig.world()
    rig.api.creates = [Temporary("503")] * (MOST_ATTEMPTS + 5)
    for _ in range(IN_A_ROW):
        world.breakers.failed(KEY, "", Temporary("503"))
    for _ in range(MOST_ATTEMPTS + 5):
        assert claimed is not None
        rig.clock.advance(300_000)
        world.breakers.sending(KEY, claimed.id)
        await submission(world).submit(claimed)
        assert await rig.status(claimed) is Status.QUEUED
        claimed = await rig.store.claim(provider=claimed.provider, key_id=KEY, concurrency=9, per_minute=99)


async def test_a_probe_that_was_not_sent_makes_room_for_another(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    world.breakers.failed(KEY, "", OutOfCredit("402"))
    rig.clock.advance(FIRST[Trouble.ACCOUNT])
    world.breakers.sending(KEY, job.id)
    assert not world.breakers.allows(KEY)
    rig.api.key_ids = ("another",)
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert world.breakers.allows(KEY)


async def test_an_api_that_wants_us_to_stay_away_for_long_fails_the_job(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [RateLimited("429", retry_after=86_400.0)]
    await submission(world).submit(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.used() == 0


@pytest.mark.parametrize("ended", [True, False], ids=["delivered", "running"])
async def test_a_second_create_is_cancelled_upstream_when_the_first_ones_webhook_was_faster(
    rig: Rig, ended: bool
) -> None:
    job, world = await rig.claimed(), rig.world()
    rig.api.before_answer = asyncio.Event()
    rig.api.creates = [Accepted(prediction_id="second")]
    sending = asyncio.create_task(submission(world).submit(job))
    await settled(world, lambda: bool(rig.api.created))
    if ended:
        await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id="first")
    else:
        await rig.store.mark_running(job.id, prediction_id="first", next_poll_at=rig.clock.ms)
    rig.api.before_answer.set()
    await sending
    assert rig.api.cancelled == ["second"]


async def test_a_create_whose_own_webhook_was_faster_is_not_cancelled(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    rig.api.creates = [Accepted(prediction_id="first")]
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id="first")
    await submission(world).submit(job)
    assert rig.api.cancelled == []


async def test_a_prediction_that_another_job_has_leaves_the_create_in_doubt(rig: Rig) -> None:
    other = await rig.running()
    job = await rig.claimed()
    assert other.prediction_id is not None
    rig.api.creates = [Accepted(prediction_id=other.prediction_id)]
    await submission(rig.world()).submit(job)
    assert await rig.status(job) is Status.UNCONFIRMED
    assert await rig.status(other) is Status.RUNNING
    assert rig.api.cancelled == []


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


async def test_the_late_refusal_of_one_create_does_not_requeue_the_next(rig: Rig) -> None:
    first, world = await rig.claimed(), rig.world()
    await rig.store.requeue(first.id, not_before=0)
    assert await rig.store.claim(provider=first.provider, key_id=KEY, concurrency=9, per_minute=9) is not None
    rig.api.creates = [Temporary("503")]
    await submission(world).submit(first)
    assert await rig.status(first) is Status.SUBMITTING
