"""What stands still because its task died is taken up again; what goes on is left alone."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from jobs.caretaker import Caretaker
from jobs.catalog import Provider
from jobs.dispatcher import Limits
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.service import JobService
from jobs.status import Status
from jobs.world import World
from tests.jobs.support import Rig, settled

LIMITS = {Provider.EACHLABS: Limits(concurrency=1)}


def caretaker(world: World) -> Caretaker:
    return Caretaker(world, JobService(world, LIMITS)._steps)


async def delivering(rig: Rig) -> Job:
    job = await rig.running()
    stored = await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id=None)
    assert stored is not None
    return stored


async def cancelling(rig: Rig) -> Job:
    job = await rig.running()
    changed = await rig.store.mark_cancelling(job.id, sent_too=True)
    assert changed is not None
    return changed


@pytest.mark.parametrize(
    ("stuck", "then"),
    [(Rig.claimed, Status.UNCONFIRMED), (delivering, Status.DELIVERED), (cancelling, Status.CANCELLED)],
    ids=["submitting", "delivering", "cancelling"],
)
async def test_what_nobody_carries_for_two_rounds_is_taken_up_again(
    rig: Rig, stuck: Callable[[Rig], Awaitable[Job]], then: Status
) -> None:
    job, world = await stuck(rig), rig.world()
    care = caretaker(world)
    await care.look()
    assert (await rig.status(job), world.tasks.live) == (job.status, frozenset())
    await care.look()
    await settled(world, lambda: not world.tasks.live)
    assert await rig.status(job) is then


@pytest.mark.parametrize("name", ["deliver", "webhook", "poll", "tell"])
async def test_what_some_task_is_about_is_left_alone(rig: Rig, name: str) -> None:
    job, world = await delivering(rig), rig.world()
    care, done = caretaker(world), asyncio.Event()

    async def carries() -> None:
        await done.wait()

    world.tasks.spawn(f"{name} {job.id}", carries())
    for _ in range(3):
        await care.look()
    assert rig.audience.delivered == []
    done.set()
    await world.tasks.drain(seconds=5)


async def test_a_task_that_ends_while_the_jobs_are_read_has_carried_its_job(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read is what it was before its last moment."""
    job, world = await delivering(rig), rig.world()
    care, done, read = caretaker(world), asyncio.Event(), rig.store.unfinished
    await care.look()

    async def carries() -> None:
        await done.wait()

    async def reads() -> object:
        jobs = await read()
        done.set()
        await world.tasks.drain(seconds=5)
        return jobs

    world.tasks.spawn(f"deliver {job.id}", carries())
    monkeypatch.setattr(rig.store, "unfinished", reads)
    await care.look()
    await world.tasks.drain(seconds=5)
    assert rig.audience.delivered == []


async def test_another_create_of_the_same_job_is_another_case(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    care = caretaker(world)
    await care.look()
    await rig.store.requeue(job.id, not_before=0)
    await rig.store.claim(provider=job.provider, key_id=job.key_id or "", concurrency=1, per_minute=9)
    await care.look()
    assert await rig.status(job) is Status.SUBMITTING


async def test_a_claim_whose_answer_was_lost_frees_its_slot_in_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Committed, but the dispatcher never learnt which job it was."""
    monkeypatch.setattr("jobs.caretaker._ROUND", 0.001)
    claim, answers = rig.store.claim, iter([False])

    async def claimed(**what: object) -> Job | None:
        job: Job | None = await claim(**what)  # type: ignore[arg-type]
        if next(answers, True):
            return job
        raise StoreUnavailable("the answer was lost")

    monkeypatch.setattr(rig.store, "claim", claimed)
    job, world = await rig.admitted(), rig.world()
    service = JobService(world, LIMITS)
    await service.start()
    assert "caretaker" in world.tasks.loops
    async with asyncio.timeout(30):
        while await rig.status(job) is not Status.UNCONFIRMED:  # noqa: ASYNC110 - it has no event of its own
            await asyncio.sleep(0.001)
    await service.stop(seconds=1)
    assert rig.api.created == []
