"""A start leaves no job behind that nothing will ever move."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from jobs.breaker import Breakers
from jobs.catalog import Catalog, Provider
from jobs.errors import Reason
from jobs.model import Posted
from jobs.outcomes import Admitted
from jobs.recovery import recover
from jobs.service import JobService
from jobs.status import Status
from jobs.world import World
from tests.jobs.support import Rig, settled
from tests.support import within


def without_api(world: World) -> World:
    return replace(world, apis={}, breakers=Breakers({}, world.clock, world.observer))


def without_model(world: World) -> World:
    return replace(world, catalog=Catalog(offered=[Provider.AIMLAPI]))


@pytest.mark.parametrize("without", [without_api, without_model])
async def test_what_waits_for_a_model_or_key_that_was_taken_away_fails_and_is_refunded(
    rig: Rig, without: Callable[[World], World]
) -> None:
    job, world = await rig.admitted(), without(rig.world())
    service = JobService(world, {})
    await service.start()
    await settled(world, lambda: bool(rig.audience.failures))
    await service.stop(seconds=1)
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert (told.id, told.failure.reason) == (job.id, Reason.NOT_OFFERED)
    assert await rig.used() == 0


async def test_more_jobs_than_are_read_at_once_are_all_resumed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.recovery._AT_ONCE", 2)
    several = [await rig.admitted() for _ in range(5)]
    world = rig.world()
    assert await recover(world, JobService(world, {})._steps) == 5
    assert [job_id for job_id, _ in rig.audience.followed] == sorted(job.id for job in several)


async def test_what_waits_for_what_is_still_there_goes_on_waiting(rig: Rig) -> None:
    job, world = await rig.admitted(), rig.world()
    service = JobService(world, {})
    await service.start()
    await service.stop(seconds=1)
    assert await rig.status(job) is Status.QUEUED


@pytest.mark.parametrize(
    ("private", "was_kept", "hidden", "stays"),
    [
        (False, False, False, False),
        (True, False, False, True),
        (False, True, False, True),
        (True, False, True, False),
    ],
)
async def test_a_start_keeps_only_the_files_that_can_be_shown_again(
    private: bool, was_kept: bool, hidden: bool, stays: bool, rig: Rig
) -> None:
    """Those whose message nobody can read twice; a stop may have come before the others were removed."""
    order = replace(rig.order(), private=private)
    admitted = await rig.store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(20))
    assert isinstance(admitted, Admitted)
    job = admitted.job
    await rig.store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=9, per_minute=9)
    await rig.prepare(job.id)
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id=None)
    if was_kept:
        await rig.store.mark_undelivered(job.id, detail="all closed")
    await rig.store.mark_delivered(job.id, posted=Posted(channel_id=3, message_id=6))
    if hidden:
        await rig.store.hide(job.id)
    service = JobService(rig.world(), {})
    await service.start()
    await service.stop(seconds=1)
    assert list(await rig.files.job_ids()) == ([job.id] if stays else [])
