"""Ends are told once, and never forgotten: by the process that saw them, by the next one, or at a later command."""

import asyncio

import pytest

from jobs.archive import Archive
from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.model import Failure, Job, Posted, Usage
from jobs.outcomes import Delivery, NowhereToPost
from jobs.ports import DeliveryDelayed
from jobs.service import JobService
from jobs.status import Status
from jobs.world import World, internal
from tests.jobs.support import Rig, settled

DAY = 24 * 3600 * 1000


def archive(world: World, ending: Ending | None = None) -> Archive:
    ending = ending or Ending(world)
    return Archive(world, ending, Delivering(world, ending))


async def untold(of: Archive) -> list[str]:
    return [job.id for job in await of.untold(guild_id=2, user_id=4)]


async def told_at(rig: Rig, job: Job) -> int | None:
    current = await rig.store.get(job.id)
    assert current is not None
    return current.told_at


@pytest.fixture
def failure() -> Failure:
    return internal("a fault")


async def kept(rig: Rig) -> Job:
    """An undelivered job with its files."""
    job = await rig.running()
    await rig.prepare(job.id)
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id=None)
    undelivered = await rig.store.mark_undelivered(job.id, detail="all closed")
    assert undelivered is not None
    return undelivered


async def test_a_failure_that_was_told_is_noted_at_once(rig: Rig, failure: Failure) -> None:
    job, world = await rig.running(), rig.world()
    await Ending(world).fail(job, failure)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await told_at(rig, job) == rig.clock.ms
    assert await untold(archive(world)) == []


async def test_a_failure_without_a_way_is_left_for_the_next_command(rig: Rig, failure: Failure) -> None:
    rig.audience.failure_answers = [NowhereToPost(detail="all closed")]
    job, world = await rig.running(), rig.world()
    await Ending(world).fail(job, failure)
    await settled(world, lambda: bool(rig.audience.failures))
    records = archive(world)
    assert await untold(records) == [job.id]
    await records.told(await records.untold(guild_id=2, user_id=4))
    assert await untold(records) == []


async def test_the_tries_to_tell_end_and_the_row_remembers(
    rig: Rig, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.ending._PAUSE_FIRST", 0.0)
    rig.audience.failure_answers = [DeliveryDelayed("503")] * 100
    job, world = await rig.running(), rig.world()
    await Ending(world).fail(job, failure)
    await settled(world, lambda: len(rig.audience.failure_answers) == 85)
    assert await untold(archive(world)) == [job.id]


async def test_what_is_being_told_is_not_told_by_a_command_too(
    rig: Rig, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, world = await rig.running(), rig.world()
    ending, may_tell, tells = Ending(world), asyncio.Event(), asyncio.Event()
    real = rig.audience.tell_failure

    async def slowly(job: Job, usage: Usage) -> Delivery:
        tells.set()
        await may_tell.wait()
        return await real(job, usage)

    monkeypatch.setattr(rig.audience, "tell_failure", slowly)
    await ending.fail(job, failure)
    await tells.wait()
    assert await untold(archive(world)) == [job.id]
    assert await untold(archive(world, ending)) == []
    may_tell.set()
    await settled(world, lambda: bool(rig.audience.failures))
    assert await told_at(rig, job) is not None


async def test_a_start_tells_what_the_last_process_did_not_come_to_tell(rig: Rig, failure: Failure) -> None:
    old = await rig.running()
    await rig.store.mark_failed(old.id, failure)
    rig.clock.advance(DAY)
    job, cancelled = await rig.running(), await rig.admitted()
    await rig.store.mark_failed(job.id, failure)
    await rig.store.mark_cancelling(cancelled.id, sent_too=True)
    await rig.store.mark_cancelled(cancelled.id)
    world = rig.world()
    await JobService(world, {}).start()
    await world.tasks.stop_loops()
    await settled(world, lambda: len(rig.audience.failures) == 2)
    assert {told.id for told, _ in rig.audience.failures} == {job.id, cancelled.id}
    assert await told_at(rig, cancelled) == rig.clock.ms
    assert await untold(archive(world)) == [old.id]  # no news any more: at its user's next command


async def test_only_ends_are_noted_as_told(rig: Rig) -> None:
    running, records = await rig.running(), archive(rig.world())
    await records.told([running])
    assert await told_at(rig, running) is None


async def test_what_is_handed_over_is_delivered_and_its_files_stay(rig: Rig) -> None:
    """It was shown in a message that nobody can read again."""
    job = await kept(rig)
    records = archive(rig.world())
    await records.handed_over(job, Posted(channel_id=8, message_id=9))
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.posted) == (Status.DELIVERED, Posted(channel_id=8, message_id=9))
    assert list(await rig.files.job_ids()) == [job.id]
    assert rig.observer.changes[-1] == (Status.UNDELIVERED, Status.DELIVERED)
    await records.handed_over(job, Posted(channel_id=8, message_id=10))  # another press lost the race
    current = await rig.store.get(job.id)
    assert current is not None
    assert current.posted == Posted(channel_id=8, message_id=9)


async def test_a_start_leaves_what_is_kept_alone(rig: Rig) -> None:
    job, world = await kept(rig), rig.world()
    await JobService(world, {}).start()
    await world.tasks.stop_loops()
    await settled(world, lambda: True)
    assert list(await rig.files.job_ids()) == [job.id]
    assert rig.audience.failures == []


async def delivered(rig: Rig) -> Job:
    """A job that was posted to its channel, its files freed."""
    job = await rig.running()
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id=None)
    changed = await rig.store.mark_delivered(job.id, posted=Posted(channel_id=3, message_id=6))
    assert changed is not None
    return changed


async def test_everything_that_was_posted_for_a_job_is_known_once(rig: Rig) -> None:
    """Its result, its other parts, and what its user had posted again."""
    job, records = await delivered(rig), archive(rig.world())
    await rig.store.name_post(job.id, "images 1-2", posted=Posted(channel_id=3, message_id=6))
    rig.clock.advance(1)
    await rig.store.begin_post(job.id, "images 3-4", channel_id=3)
    await records.reposted(job, Posted(channel_id=8, message_id=9))
    assert await records.posted(job) == [Posted(channel_id=3, message_id=6), Posted(channel_id=8, message_id=9)]


async def test_what_its_user_deletes_leaves_the_history_and_the_disk(rig: Rig) -> None:
    job, records = await kept(rig), archive(rig.world())
    await records.hide(job)  # nobody has seen it yet: it stays
    assert list(await rig.files.job_ids()) == [job.id]
    await records.handed_over(job, Posted(channel_id=8, message_id=9))
    await records.mark(job, is_favourite=True)
    await records.hide(job)
    assert list(await rig.files.job_ids()) == []
    entry = await records.pages.entry(job.id)
    assert entry is not None
    assert (entry.job.hidden_at, entry.is_favourite) == (rig.clock.ms, False)
