"""Looking for a create whose answer was lost: found for certain, or given up within a cap, and each of them counted."""

import asyncio
from dataclasses import replace
from unittest.mock import Mock

import pytest

from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.doubts import BLIND, FIRST_LOOK, Kinship, LostCreates, search_window
from jobs.ending import Ending
from jobs.errors import GenerationFailed, OutOfCredit, ProviderError, Reason, ResultUnusable, Temporary, UnknownOutcome
from jobs.lost import Lost
from jobs.model import Job
from jobs.outcomes import Execution, Finished, ImageLink, KeepsNoList, Listed, WebhookNews
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Caps
from jobs.service import JobService
from jobs.status import Status
from jobs.watcher import Watcher
from jobs.world import World
from tests.jobs.support import DONE, GRACE, KEY, Rig, settled
from tests.support import within


async def in_doubt(rig: Rig, *, seed: int = 7) -> Job:
    """A job whose create's answer was lost a second after it was sent."""
    job = await rig.claimed(seed=seed)
    rig.clock.advance(1_000)
    unconfirmed = await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.ms)
    assert unconfirmed is not None
    return unconfirmed


async def look(world: World, job: Job) -> None:
    ending = Ending(world)
    completion = Completion(world, ending, Delivering(world, ending))
    await Watcher(world, completion, ending, Lost(world, completion, ending)).look(job)


async def current(rig: Rig, job: Job) -> Job:
    found = await rig.store.get(job.id)
    assert found is not None
    return found


def listed(job: Job, *ids: str) -> Listed:
    return Listed(executions=tuple(Execution(id=name, created_at=job.submitted_at or 0) for name in ids))


async def test_the_only_execution_of_the_window_is_found_and_looked_at_at_once(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [listed(job, "lost")]
    await look(world, job)
    now = await current(rig, job)
    assert (now.status, now.prediction_id, now.next_poll_at) == (Status.RUNNING, "lost", rig.clock.ms)
    assert rig.api.windows == [search_window(job)]
    await look(world, now)
    await settled(world, lambda: bool(rig.audience.delivered))
    assert len(rig.api.created) == 0
    assert (await current(rig, job)).unknown_creates == 0


async def test_a_lost_create_that_failed_there_fails_the_job(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings, rig.api.polls = [listed(job, "lost")], [GenerationFailed("error")]
    await look(world, job)
    await look(world, await current(rig, job))
    await settled(world, lambda: bool(rig.audience.failures))
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert (told.failure.reason, told.unknown_creates) == (Reason.GENERATION_FAILED, 0)


async def test_what_another_job_of_ours_owns_is_no_candidate(rig: Rig) -> None:
    other = await rig.running()
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [listed(job, other.prediction_id or "")]
    await look(world, job)
    assert (await current(rig, job)).status is Status.UNCONFIRMED


async def test_while_another_create_may_own_it_nothing_is_taken_and_its_answer_dissolves_the_doubt(rig: Rig) -> None:
    other = await rig.claimed()  # on its way
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [listed(job, "whose")] * 2
    await look(world, job)
    assert (await current(rig, job)).status is Status.UNCONFIRMED
    await rig.store.mark_running(other.id, prediction_id="its own", next_poll_at=rig.clock.ms)
    await look(world, job)
    assert (await current(rig, job)).prediction_id == "whose"


async def test_what_the_api_tells_of_the_input_decides_between_jobs_in_doubt(rig: Rig) -> None:
    one = await in_doubt(rig, seed=1)
    two = await in_doubt(rig, seed=2)
    world = rig.world()
    for job, own in ((one, "a"), (two, "b")):
        rig.api.kinships |= {(job.id, name): Kinship.FOREIGN for name in ("a", "b", "stranger")}
        rig.api.kinships[job.id, own] = Kinship.OURS
    for job in (one, two):
        rig.api.listings = [listed(one, "a", "b", "stranger")]
        await look(world, job)
    assert [(await current(rig, job)).prediction_id for job in (one, two)] == ["a", "b"]


async def test_two_jobs_in_doubt_that_ask_for_the_same_are_not_told_apart(rig: Rig) -> None:
    one, two = await in_doubt(rig), await in_doubt(rig)
    world = rig.world()
    rig.api.kinships = {"a": Kinship.OURS}
    for job in (one, two):
        rig.api.listings = [listed(one, "a")]
        await look(world, job)
        assert (await current(rig, job)).status is Status.UNCONFIRMED


async def test_a_strangers_execution_is_never_taken(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.kinships = {"foreign": Kinship.FOREIGN}
    rig.api.listings = [listed(job, "foreign")]
    await look(world, job)
    assert (await current(rig, job)).status is Status.UNCONFIRMED


async def test_looks_are_repeated_ever_wider_until_the_grace_ends_then_one_more_create_is_allowed(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    looks = []
    while (now := await current(rig, job)).status is Status.UNCONFIRMED:
        await look(world, now)
        looks.append(rig.clock.ms - (job.doubted_at or 0))
        if (at := await rig.store.next_poll_at()) is not None:
            rig.clock.ms = at
    assert looks == [0, 3_000, 6_000, 12_000, 24_000, 48_000, 96_000, GRACE]
    assert (now.status, now.unknown_creates, now.key_id) == (Status.QUEUED, 1, None)
    assert rig.observer.given_up == [job.id]
    assert await rig.used() == 1


async def test_the_last_create_that_is_given_up_fails_the_job_and_refunds_it(rig: Rig) -> None:
    rig.lost_creates = LostCreates(grace=GRACE, retries=0)
    job, world = await in_doubt(rig), rig.world()
    rig.clock.advance(GRACE)
    await look(world, job)
    await settled(world, lambda: bool(rig.audience.failures))
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert (told.failure.reason, told.unknown_creates) == (Reason.UNKNOWN_OUTCOME, 1)
    assert await rig.used() == 0


@pytest.mark.parametrize("guild", [1, EVERYWHERE])
async def test_where_the_caps_have_no_room_for_one_more_create_none_is_sent(rig: Rig, guild: int) -> None:
    """The first one may have been paid, and the job's own estimate would pay for the second."""
    job, world = await in_doubt(rig), rig.world()
    await world.servers.change(
        job.order.guild_id if guild == 1 else EVERYWHERE,
        lambda rules: replace(rules, caps=Caps(day=2 * job.estimated_cost - 1)),
        entry=lambda _: Change(guild_id=guild, actor_id=9, action="caps.set"),
    )
    rig.clock.advance(GRACE)
    await look(world, job)
    await settled(world, lambda: bool(rig.audience.failures))
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert (told.failure.reason, told.unknown_creates) == (Reason.UNKNOWN_OUTCOME, 1)
    assert "no room to ask it again" in str(told.failure.user_message)
    assert rig.observer.given_up == [job.id]
    assert await rig.used() == 0
    assert (await rig.store.spend(EVERYWHERE, at=job.created_at)).day == job.estimated_cost


async def test_a_list_that_cannot_be_read_is_waited_for_and_not_for_ever(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [Temporary("503")] * 3
    for _ in range(2):
        await look(world, job)
        assert (await current(rig, job)).status is Status.UNCONFIRMED
        rig.clock.advance(GRACE)
    rig.clock.advance(BLIND * GRACE)
    await look(world, job)
    assert (await current(rig, job)).status is Status.QUEUED


async def test_a_webhook_that_comes_during_the_last_look_is_waited_for(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.clock.advance(GRACE)
    monkeypatch.setattr(Completion, "is_busy", Mock(side_effect=[False, True]))  # its images are on their way now
    await look(world, job)
    assert (await current(rig, job)).status is Status.UNCONFIRMED


async def test_a_fault_of_our_own_while_looking_keeps_no_job_for_ever(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [RuntimeError("a fault of our own")] * 2
    await look(world, job)
    assert (await current(rig, job)).status is Status.UNCONFIRMED
    rig.clock.advance(BLIND * GRACE)
    await look(world, job)
    assert (await current(rig, job)).status is Status.QUEUED


async def test_images_that_arrive_while_the_last_look_goes_on_are_delivered(rig: Rig) -> None:
    rig.lost_creates = LostCreates(grace=GRACE, retries=0)
    job, world = await in_doubt(rig), rig.world()
    rig.clock.advance(GRACE)
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id="its own")
    await look(world, job)  # with what it knew before
    assert (await current(rig, job)).status is Status.DELIVERING


async def test_a_list_that_is_refused_stops_the_sending_too(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [OutOfCredit("402")]
    await look(world, job)
    assert not world.breakers.allows(KEY)


async def test_an_api_without_a_list_leaves_it_to_the_grace_time(rig: Rig) -> None:
    job, world = await in_doubt(rig), rig.world()
    rig.api.listings = [KeepsNoList()]
    await look(world, job)
    assert await rig.store.next_poll_at() == rig.clock.ms + FIRST_LOOK


@pytest.mark.parametrize("synchronous", [True, False])
async def test_a_create_that_the_last_process_may_have_sent_is_in_doubt(rig: Rig, synchronous: bool) -> None:
    rig.synchronous = synchronous
    job, world = await rig.claimed(), rig.world()
    ending = Ending(world)
    lost = Lost(world, Completion(world, ending, Delivering(world, ending)), ending)
    await lost.doubt(job, UnknownOutcome("killed"))
    now = await current(rig, job)
    if synchronous:
        assert (now.status, now.unknown_creates) == (Status.QUEUED, 1)
    else:
        assert (now.status, now.unknown_creates) == (Status.UNCONFIRMED, 0)


@pytest.mark.parametrize("result", [DONE, GenerationFailed("failed")], ids=["its result", "its failure"])
async def test_the_webhook_of_a_create_that_was_given_up_brings_its_result_but_not_its_failure(
    rig: Rig, result: Finished | ProviderError
) -> None:
    first, world = await rig.claimed(), rig.world()
    await rig.store.mark_unconfirmed(first.id, next_poll_at=rig.clock.ms)
    await rig.store.give_up(first.id, not_before=0, bounds=within(1))
    job = await rig.store.claim(provider=first.provider, key_id=KEY, concurrency=9, per_minute=99)
    assert job is not None
    rig.api.webhook = WebhookNews(prediction_id="the first one's", result=result)
    JobService(world, {}).webhook_arrived(job.id, b"{}")
    await settled(world, lambda: result is not DONE or bool(rig.audience.delivered))
    assert await rig.status(job) is (Status.DELIVERED if result is DONE else Status.SUBMITTING)


async def test_the_webhook_of_a_create_that_was_given_up_delivers_the_job_that_is_queued_again(rig: Rig) -> None:
    """It may wait for minutes while nothing is sent; its images are paid, and no more are."""
    job, world = await rig.claimed(), rig.world()
    await rig.store.give_up(job.id, not_before=0, bounds=within(1))
    rig.api.webhook = WebhookNews(prediction_id="the first one's", result=DONE)
    service = JobService(world, {})
    await service.start()
    key = await service.webhook_key("eachlabs", job.id)
    assert key is not None
    assert key.awaited is True
    service.webhook_arrived(job.id, b"{}")
    await settled(world, lambda: bool(rig.audience.delivered))
    await service.stop(seconds=0)
    assert await rig.status(job) is Status.DELIVERED
    assert (rig.api.created, await rig.used()) == ([], 1)


async def test_a_webhook_for_a_job_that_was_never_sent_changes_nothing(rig: Rig) -> None:
    job, world = await rig.admitted(), rig.world()
    rig.api.webhook = WebhookNews(prediction_id="made up", result=DONE)
    JobService(world, {}).webhook_arrived(job.id, b"{}")
    await settled(world, lambda: True)
    assert await rig.status(job) is Status.QUEUED
    assert rig.audience.unfollowed == [], "nothing was even fetched"


@pytest.mark.parametrize("error", [Temporary("503"), ResultUnusable("410")], ids=repr)
async def test_a_late_result_that_cannot_be_had_leaves_the_job_to_its_next_create(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, error: ProviderError
) -> None:
    monkeypatch.setattr("jobs.completion._REFETCH", 0.001)
    job, world = await rig.claimed(), rig.world()
    await rig.store.give_up(job.id, not_before=0, bounds=within(1))
    rig.source.errors["https://a"] = error
    late = Finished(images=(ImageLink(url="https://a"),))
    rig.api.webhook = WebhookNews(prediction_id="the first one's", result=late)
    service = JobService(world, {})
    service.webhook_arrived(job.id, b"{}")
    async with asyncio.timeout(30):
        while len(rig.source.fetched) < 2:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)
    rig.clock.advance(3600 * 1000)
    await settled(world, lambda: not world.tasks.live)
    assert await rig.status(job) is Status.QUEUED
    assert rig.audience.failures == []


async def next_create(rig: Rig, job: Job) -> Job:
    """The same job with its next create on its way."""
    assert await rig.store.requeue(job.id, not_before=0) is not None
    again = await rig.store.claim(provider=job.provider, key_id=KEY, concurrency=9, per_minute=9)
    assert again is not None
    return again


async def test_a_late_doubt_about_one_create_does_not_hit_the_next(rig: Rig) -> None:
    first, world = await rig.claimed(), rig.world()
    await next_create(rig, first)
    ending = Ending(world)
    await Lost(world, Completion(world, ending, Delivering(world, ending)), ending).doubt(first, UnknownOutcome("late"))
    assert await rig.status(first) is Status.SUBMITTING


async def test_a_late_look_for_one_create_does_not_give_up_the_next(rig: Rig) -> None:
    first, world = await in_doubt(rig), rig.world()
    await next_create(rig, first)
    rig.clock.advance(GRACE + 1)
    await look(world, first)
    assert await rig.status(first) is Status.SUBMITTING
    assert rig.observer.given_up == []
