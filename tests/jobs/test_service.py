"""The front door: orders, cancelling, resuming, stopping."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from jobs.catalog import Provider
from jobs.dispatcher import Limits
from jobs.errors import GenerationFailed
from jobs.model import Job
from jobs.outcomes import (
    Admitted,
    AlreadyAdmitted,
    BatchAdmitted,
    ImageData,
    OverQuota,
    Polled,
    StillRunning,
    TooManyWaiting,
    WebhookNews,
)
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.recovery import recover
from jobs.service import JobService, NotAccepting
from jobs.status import Status
from jobs.world import World, internal
from tests.jobs.support import DONE, Rig, settled

ONE_SLOT = {Provider.EACHLABS: Limits(concurrency=1, creates_per_minute=100)}


@asynccontextmanager
async def served(world: World, limits: dict[Provider, Limits] | None = None) -> AsyncIterator[JobService]:
    service = JobService(world, limits or {Provider.EACHLABS: Limits(concurrency=10, creates_per_minute=100)})
    await service.start()
    try:
        yield service
    finally:
        await service.stop(seconds=1)


async def test_an_order_goes_all_the_way(rig: Rig) -> None:
    world = rig.world()
    async with served(world) as service:
        admission = await service.place_order(rig.order())
        assert isinstance(admission, Admitted)
        await settled(world, lambda: bool(rig.api.created))
        job_id = admission.job.id
        await rig.store.schedule_poll(job_id, at=rig.clock.ms)
        world.look_due.wake()
        await settled(world, lambda: bool(rig.audience.delivered))
    assert rig.observer.jobs == [job_id]
    assert rig.observer.changes[-1] == (Status.DELIVERING, Status.DELIVERED)
    assert (job_id, Status.QUEUED) in rig.audience.followed


async def test_an_order_over_the_quota_changes_nothing(rig: Rig) -> None:
    rig.allowance = 1
    async with served(rig.world()) as service:
        refusal = await service.place_order(rig.order(count=2))
    assert isinstance(refusal, OverQuota)
    assert rig.api.created == []
    assert rig.observer.jobs == []
    assert await rig.used() == 0


async def test_the_same_interaction_makes_one_job(rig: Rig) -> None:
    order = rig.order()
    async with served(rig.world()) as service:
        first = await service.place_order(order)
        second = await service.place_order(order)
    assert isinstance(first, Admitted)
    assert isinstance(second, AlreadyAdmitted)
    assert second.job.id == first.job.id


async def test_several_orders_of_one_interaction_are_accepted_together_or_not_at_all(rig: Rig) -> None:
    orders = [replace(rig.order(), interaction_id=9, index=index, batch=2) for index in range(2)]
    async with served(rig.world()) as service:
        admission = await service.place_batch(orders, message_id=6)
        assert isinstance(admission, BatchAdmitted)
        assert rig.observer.jobs == [job.id for job in admission.jobs]
        rig.most_waiting = 1
    async with served(rig.world()) as service:
        more = [replace(order, interaction_id=10) for order in orders]
        assert isinstance(await service.place_batch(more, message_id=7), TooManyWaiting)
        assert len(rig.observer.jobs) == 2
        service.refuse_orders()
        with pytest.raises(NotAccepting):
            await service.place_batch(more, message_id=7)


async def test_one_more_than_may_wait_is_refused(rig: Rig) -> None:
    rig.most_waiting = 1
    rig.api.before_answer = asyncio.Event()
    async with served(rig.world(), ONE_SLOT) as service:
        for _ in range(2):
            assert isinstance(await service.place_order(rig.order()), Admitted)
            await settled_created(rig)
        assert await service.place_order(rig.order()) == TooManyWaiting(waiting=1, asked=1, most=1)
        rig.api.before_answer.set()


async def test_a_model_that_is_not_on_offer_is_refused(rig: Rig) -> None:
    async with served(rig.world()) as service:
        with pytest.raises(KeyError):
            await service.place_order(rig.order(model="flux-2-lora"))


async def test_limits_hold_and_a_free_slot_is_used_at_once(rig: Rig) -> None:
    world = rig.world()
    rig.api.polls = [GenerationFailed("first"), DONE]
    async with served(world, ONE_SLOT) as service:
        for _ in range(3):
            await service.place_order(rig.order())
        for expected in (1, 2, 3):
            await settled(world, lambda expected=expected: len(rig.api.created) == expected)  # type: ignore[misc]
            running = [job for job in await rig.store.unfinished() if job.status is Status.RUNNING]
            assert len(running) == 1
            await rig.store.schedule_poll(running[0].id, at=rig.clock.ms)
            world.look_due.wake()
        await settled(world, lambda: len(rig.audience.delivered) == 2 and len(rig.audience.failures) == 1)


async def test_cancelling_a_running_job_stops_it_upstream_and_refunds(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    assert await JobService(world, ONE_SLOT).cancel(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert rig.api.cancelled == [job.prediction_id]
    assert await rig.status(job) is Status.CANCELLED
    assert await rig.used() == 0
    assert len(rig.audience.failures) == 1


async def test_what_a_synchronous_api_has_cannot_be_cancelled_and_is_not_refunded(rig: Rig) -> None:
    rig.synchronous = True
    job, queued = await rig.claimed(), await rig.admitted()
    world = rig.world()
    service = JobService(world, ONE_SLOT)
    assert not await service.cancel(job)
    assert await rig.status(job) is Status.SUBMITTING
    assert await service.cancel(queued)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.used() == 1


async def test_a_user_is_told_of_a_failure_again_until_discord_takes_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.ending._PAUSE_FIRST", 0.001)
    rig.audience.failure_answers = [DeliveryDelayed("503"), DeliveryDelayed("503")]
    job, world = await rig.running(), rig.world()
    assert await JobService(world, ONE_SLOT).cancel(job)
    await settled(world, lambda: bool(rig.audience.failures))
    current = await rig.store.get(job.id)
    assert current is not None
    assert current.told_at == rig.clock.ms


async def test_a_claim_that_is_committed_at_the_moment_of_a_stop_is_sent(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, begun, go_on = rig.world(), asyncio.Event(), asyncio.Event()
    real = rig.store.claim

    async def slow(**values: Any) -> Job | None:
        begun.set()
        await go_on.wait()
        return await real(**values)

    job = await rig.admitted()
    monkeypatch.setattr(rig.store, "claim", slow)
    service = JobService(world, ONE_SLOT)
    await service.start()
    await begun.wait()
    stopping = asyncio.create_task(service.stop(seconds=5))
    await asyncio.sleep(0)
    go_on.set()
    await stopping
    assert [sent.id for sent, _ in rig.api.created] == [job.id]
    assert await rig.status(job) is Status.RUNNING


async def test_nothing_is_accepted_once_a_stop_has_begun(rig: Rig) -> None:
    service = JobService(rig.world(), ONE_SLOT)
    await service.start()
    before = service.accepting
    await service.stop(seconds=0)
    assert (before, service.accepting) == (True, False)
    with pytest.raises(NotAccepting):
        await service.place_order(rig.order())
    assert await rig.used() == 0


async def test_cancelling_a_finished_job_is_too_late(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    rig.api.webhook = WebhookNews(prediction_id=job.prediction_id, result=DONE)
    service = JobService(world, ONE_SLOT)
    service.webhook_arrived(job.id, b"{}")
    await settled(world, lambda: bool(rig.audience.delivered))
    assert not await service.cancel(job)
    assert await rig.status(job) is Status.DELIVERED
    assert await rig.used() == 1


async def test_a_start_takes_up_every_unfinished_job_where_it_stands(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    delivering = await rig.running()
    folder = await rig.prepare(delivering.id)
    stored = await rig.source.fetch(ImageData(data=b"kept"), folder / "1")
    await rig.store.mark_delivering(delivering.id, images=[stored], cost=None, prediction_id=None)
    running = await rig.running()
    cancelling = await rig.running()
    await rig.store.mark_cancelling(cancelling.id, sent_too=True)

    async def poll(job: Job) -> Polled:
        rig.api.polled.append(job.prediction_id)
        return DONE if job.id == cancelling.id else StillRunning()

    monkeypatch.setattr(rig.api, "poll", poll)
    submitting = await rig.claimed()
    queued = await rig.admitted()
    world = rig.world()
    async with served(world):
        await settled(
            world,
            lambda: bool(
                rig.audience.delivered and rig.audience.failures and rig.api.created and len(rig.api.polled) > 1
            ),
        )
    assert rig.audience.delivered == [(delivering.id, [b"kept"])]
    assert {*rig.api.polled} == {running.prediction_id, cancelling.prediction_id}
    assert await rig.status(cancelling) is Status.CANCELLED
    assert await rig.status(submitting) is Status.UNCONFIRMED
    assert [job.id for job, _ in rig.api.created] == [queued.id]


@pytest.mark.parametrize("state", [Status.RUNNING, Status.UNCONFIRMED])
async def test_a_start_looks_at_once_at_what_the_last_process_was_looking_at(rig: Rig, state: Status) -> None:
    job = await rig.running() if state is Status.RUNNING else await rig.claimed()
    if state is Status.UNCONFIRMED:
        await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.ms)
    await rig.store.schedule_poll(job.id, at=rig.clock.ms)
    assert await rig.store.take_due_polls(limit=1, until=rig.clock.ms + 120_000)
    world = rig.world()
    await recover(world, JobService(world, ONE_SLOT)._steps)
    assert await rig.store.next_poll_at() == rig.clock.ms


async def test_a_start_sweeps_folders_that_nobody_needs_and_keeps_what_is_undelivered(rig: Rig) -> None:
    kept = await rig.running()
    await rig.store.mark_delivering(kept.id, images=[], cost=None, prediction_id=None)
    await rig.store.mark_undelivered(kept.id, detail="closed")
    failed = await rig.running()
    await rig.store.mark_failed(failed.id, internal("test"))
    for job_id in (kept.id, failed.id, "z" * 20):
        await rig.prepare(job_id)
    async with served(rig.world()):
        pass
    assert list(await rig.files.job_ids()) == [kept.id]


async def test_a_stop_begins_nothing_new_and_lets_a_create_finish(rig: Rig) -> None:
    world = rig.world()
    rig.api.before_answer = asyncio.Event()
    service = JobService(world, ONE_SLOT)
    await service.start()
    first = await service.place_order(rig.order())
    second = await service.place_order(rig.order())
    await settled_created(rig)
    stopping = asyncio.create_task(service.stop(seconds=5))
    await asyncio.sleep(0)
    rig.api.before_answer.set()
    await stopping
    assert isinstance(first, Admitted)
    assert isinstance(second, Admitted)
    assert await rig.status(first.job) is Status.RUNNING
    assert await rig.status(second.job) is Status.QUEUED


async def test_no_report_is_taken_before_the_start_has_taken_up_everything_or_once_the_stop_begins(rig: Rig) -> None:
    """Beside the start a job would be delivered twice, and one of a restored copy although it is given up."""
    job, service = await rig.running(), JobService(rig.world(), ONE_SLOT)
    with pytest.raises(StoreUnavailable):
        await service.webhook_key("eachlabs", job.id)
    await service.start()
    assert await service.webhook_key("eachlabs", job.id) is not None
    await service.begin_nothing()
    with pytest.raises(StoreUnavailable):
        await service.webhook_key("eachlabs", job.id)
    assert not service.webhook_arrived(job.id, b"{}")
    await service.stop(seconds=1)


async def test_whoever_is_to_begin_nothing_has_no_loops_any_more_and_takes_no_order(rig: Rig) -> None:
    world = rig.world()
    service = JobService(world, ONE_SLOT)
    await service.start()
    assert set(world.tasks.loops) == {"dispatcher", "watcher", "caretaker"}
    await service.begin_nothing()
    assert world.tasks.loops == ()
    with pytest.raises(NotAccepting):
        await service.place_order(rig.order())
    await service.stop(seconds=1)


async def settled_created(rig: Rig) -> None:
    async with asyncio.timeout(30):
        while not rig.api.created:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)
