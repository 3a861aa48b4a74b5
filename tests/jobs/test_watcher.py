"""Polling: what each look means, and that nothing runs for ever."""

import asyncio

import pytest

from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.errors import GenerationFailed, OutOfCredit, ProviderError, Reason, Temporary, Unauthorised, UnknownOutcome
from jobs.lost import Lost
from jobs.model import Job
from jobs.outcomes import StillRunning
from jobs.status import Status
from jobs.timing import deadline, patience
from jobs.watcher import Watcher
from jobs.world import World
from tests.jobs.support import DONE, GRACE, KEY, Rig, settled


def watcher(world: World) -> Watcher:
    ending = Ending(world)
    completion = Completion(world, ending, Delivering(world, ending))
    return Watcher(world, completion, ending, Lost(world, completion, ending))


async def look(rig: Rig, job: Job) -> None:
    world = rig.world()
    current = await rig.store.get(job.id)
    assert current is not None
    await watcher(world).look(current)
    await settled(world, lambda: True)


async def test_a_finished_job_is_delivered(rig: Rig) -> None:
    job = await rig.running()
    await look(rig, job)
    assert await rig.status(job) is Status.DELIVERED


async def test_a_running_job_is_looked_at_again_later(rig: Rig) -> None:
    job = await rig.running()
    rig.api.polls = [StillRunning()]
    await look(rig, job)
    assert await rig.status(job) is Status.RUNNING
    next_at = await rig.store.next_poll_at()
    assert next_at is not None
    assert next_at > rig.clock.ms


async def test_a_failed_job_is_refunded_and_told(rig: Rig) -> None:
    job = await rig.running()
    rig.api.polls = [GenerationFailed("error")]
    await look(rig, job)
    assert await rig.status(job) is Status.FAILED
    assert await rig.used() == 0
    assert len(rig.audience.failures) == 1


async def test_trouble_with_the_poll_is_no_failure_and_honours_the_vendors_wish(rig: Rig) -> None:
    job = await rig.running()
    rig.api.polls = [Temporary("503", retry_after=30.0)]
    await look(rig, job)
    assert await rig.status(job) is Status.RUNNING
    assert await rig.store.next_poll_at() == rig.clock.ms + 30_000


TROUBLE = (Temporary("503"), UnknownOutcome("?"), Unauthorised("401"), RuntimeError("a fault of our own"))


@pytest.mark.parametrize("trouble", TROUBLE, ids=repr)
async def test_trouble_past_the_deadline_throws_no_image_away(rig: Rig, trouble: Exception) -> None:
    """It may be made and paid by now; also when the bot itself was away for hours."""
    job = await rig.running()
    rig.clock.advance(deadline(20_000) + 1)
    rig.api.polls = [trouble]
    await look(rig, job)
    assert await rig.status(job) is Status.RUNNING
    rig.clock.advance(24 * 3600 * 1000)
    rig.started_at = rig.clock.ms - 1000
    rig.api.polls = [trouble]
    await look(rig, job)
    assert (await rig.status(job), rig.api.cancelled) == (Status.RUNNING, [])
    await look(rig, job)
    assert await rig.status(job) is Status.DELIVERED


@pytest.mark.parametrize(
    ("answer", "limit"),
    [(StillRunning(), deadline(20_000)), *((fault, patience(20_000)) for fault in TROUBLE)],
    ids=repr,
)
async def test_a_job_past_its_deadline_is_cancelled_upstream_failed_and_refunded(
    rig: Rig, answer: StillRunning | Exception, limit: int
) -> None:
    """What still runs after its deadline, and what nothing was learnt of for an hour more."""
    job = await rig.running()
    rig.clock.advance(limit)
    rig.api.polls = [answer]
    await look(rig, job)
    assert await rig.status(job) is Status.RUNNING
    rig.clock.advance(1)
    rig.api.polls = [answer]
    await look(rig, job)
    assert rig.api.cancelled == [job.prediction_id]
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert told.failure.reason is Reason.DEADLINE
    assert await rig.used() == 0


@pytest.mark.parametrize("error", [Unauthorised("401"), OutOfCredit("402")], ids=repr)
async def test_a_key_that_is_refused_while_a_job_runs_does_not_end_it(rig: Rig, error: ProviderError) -> None:
    job = await rig.running()
    rig.api.polls = [error]
    await look(rig, job)
    assert await rig.status(job) is Status.RUNNING
    assert rig.observer.errors == [error.reason]
    await look(rig, job)
    assert await rig.status(job) is Status.DELIVERED


@pytest.mark.parametrize("error", [Unauthorised("401"), OutOfCredit("402")], ids=repr)
async def test_a_poll_that_is_refused_stops_the_sending_and_one_that_succeeds_does_not_resume_it(
    rig: Rig, error: ProviderError
) -> None:
    job, world = await rig.running(), rig.world()
    rig.api.polls = [error, StillRunning()]
    for _ in range(2):
        await watcher(world).look(job)
        assert not world.breakers.allows(KEY)


async def test_a_poll_that_meets_trouble_with_the_service_does_not_stop_the_sending(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    rig.api.polls = [Temporary("503")] * 9
    for _ in range(9):
        await watcher(world).look(job)
    assert world.breakers.allows(KEY)


async def test_the_end_of_the_grace_time_spares_a_job_whose_images_are_just_arriving(rig: Rig) -> None:
    job = await rig.claimed()
    await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.ms)
    unconfirmed = await rig.store.get(job.id)
    assert unconfirmed is not None
    world, ending = rig.world(), Ending(rig.world())
    completion = Completion(world, ending, Delivering(world, ending))
    rig.source.wait_for = asyncio.Event()
    arriving = asyncio.create_task(completion.complete(job, DONE))
    await settled(world, lambda: completion.is_busy(job.id))
    rig.clock.advance(GRACE)
    await Watcher(world, completion, ending, Lost(world, completion, ending)).look(unconfirmed)
    assert await rig.status(job) is Status.UNCONFIRMED
    rig.source.wait_for.set()
    await arriving
    await settled(world, lambda: bool(rig.audience.delivered))
    assert await rig.status(job) is Status.DELIVERED


async def test_images_that_a_webhook_stores_while_an_overdue_job_is_polled_are_not_given_up(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    rig.clock.advance(deadline(20_000) + 1)
    rig.api.polls = [StillRunning()]
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id=job.prediction_id)
    await watcher(world).look(job)  # with what it knew before
    assert await rig.status(job) is Status.DELIVERING


async def test_the_loop_looks_when_it_is_time_and_when_it_is_woken(rig: Rig) -> None:
    world = rig.world()
    loop = asyncio.create_task(watcher(world).run())
    job = await rig.running()
    world.look_due.wake()
    await settled(world, lambda: bool(rig.audience.delivered))
    assert rig.audience.delivered[0][0] == job.id
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


async def test_the_loop_looks_at_a_slow_job_once_at_a_time(rig: Rig) -> None:
    world = rig.world()
    job = await rig.running()
    [taken] = await rig.store.take_due_polls(limit=10, until=rig.clock.ms + 1)
    assert taken.id == job.id
    loop = asyncio.create_task(watcher(world).run())
    await asyncio.sleep(0)
    assert rig.api.polled == []
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
