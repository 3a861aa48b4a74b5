"""Slots are used and keys in trouble are not: the loop that claims."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from unittest.mock import AsyncMock

import pytest

from jobs.breaker import FIRST, IN_A_ROW, Trouble
from jobs.catalog import Provider
from jobs.dispatcher import Limits
from jobs.doubts import LostCreates
from jobs.ending import Ending
from jobs.errors import OutOfCredit, ProviderError, Reason, Rejected, Temporary, Unauthorised, UnknownOutcome
from jobs.model import Job
from jobs.service import JobService
from jobs.status import Status
from jobs.timing import OUTAGE_LONGEST
from jobs.world import World, internal
from tests.jobs.support import DONE, KEY, Rig, becomes, settled

SLOTS = 3


@asynccontextmanager
async def served(world: World, *, slots: int = SLOTS) -> AsyncIterator[JobService]:
    service = JobService(world, {Provider.EACHLABS: Limits(concurrency=slots, creates_per_minute=100)})
    await service.start()
    try:
        yield service
    finally:
        await service.stop(seconds=1)


async def sent(rig: Rig, world: World, count: int) -> None:
    """Wait until so many creates were sent, and see that there are no more."""
    await settled(world, lambda: len(rig.api.created) >= count)
    assert len(rig.api.created) == count


async def first_running(rig: Rig) -> Job:
    return next(job for job in await rig.store.unfinished() if job.status is Status.RUNNING)


async def _delivered(rig: Rig, world: World, _service: JobService) -> None:
    job = await first_running(rig)
    await rig.store.schedule_poll(job.id, at=rig.clock.ms)
    world.look_due.wake()


async def _failed(rig: Rig, world: World, _service: JobService) -> None:
    await Ending(world).fail(await first_running(rig), internal("test"))


async def _cancelled(rig: Rig, _world: World, service: JobService) -> None:
    assert await service.cancel(await first_running(rig))


@pytest.mark.parametrize("ending", [_delivered, _failed, _cancelled])
async def test_a_slot_that_frees_is_filled_at_once(
    rig: Rig, ending: Callable[[Rig, World, JobService], Awaitable[None]]
) -> None:
    world = rig.world()
    async with served(world) as service:
        for _ in range(SLOTS + 2):
            await service.place_order(rig.order())
        for freed in range(3):
            await sent(rig, world, SLOTS + min(freed, 2))
            await ending(rig, world, service)


async def test_an_end_has_the_queue_looked_at_only_where_something_waits(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database has better to do while images are on their way to people."""
    world = rig.world()
    claim = AsyncMock(side_effect=rig.store.claim)
    monkeypatch.setattr(rig.store, "claim", claim)
    async with served(world, slots=1) as service:
        for _ in range(2):
            await service.place_order(rig.order())
        await sent(rig, world, 1)
        await turns()
        claims = claim.await_count
        await _delivered(rig, world, service)
        await sent(rig, world, 2)
        assert claim.await_count > claims
        await turns()
        claims = claim.await_count
        await _delivered(rig, world, service)
        await settled(world, lambda: len(rig.audience.delivered) == 2)
        await turns()
        assert claim.await_count == claims


async def test_a_slot_frees_when_the_api_is_done_however_long_the_images_take_to_us(rig: Rig) -> None:
    world, rig.source.wait_for = rig.world(), asyncio.Event()
    async with served(world) as service:
        for _ in range(SLOTS + 2):
            await service.place_order(rig.order())
        await sent(rig, world, SLOTS)
        await _delivered(rig, world, service)
        await becomes(lambda: len(rig.api.created) == SLOTS + 1)
        assert not rig.audience.delivered
        rig.source.wait_for.set()
        await settled(world, lambda: bool(rig.audience.delivered))
        await sent(rig, world, SLOTS + 1)  # the same end frees no second slot


@pytest.mark.parametrize("error", [Temporary("503"), Rejected("400")], ids=["queued again", "refused"])
async def test_a_slot_whose_create_made_nothing_is_filled_at_once(rig: Rig, error: ProviderError) -> None:
    world = rig.world()
    rig.api.creates = [error]
    async with served(world) as service:
        for _ in range(SLOTS + 1):
            await service.place_order(rig.order())
        await sent(rig, world, SLOTS + 1)


@pytest.mark.parametrize("retries", [0, 1])
async def test_a_lost_create_keeps_its_slot_until_it_is_given_up(rig: Rig, retries: int) -> None:
    rig.lost_creates = LostCreates(grace=1_000, retries=retries)
    world = rig.world()
    rig.api.creates = [UnknownOutcome("time-out")]
    async with served(world) as service:
        for _ in range(SLOTS + 1):
            await service.place_order(rig.order())
        await sent(rig, world, SLOTS)
        rig.clock.advance(1_000)
        world.look_due.wake()
        await sent(rig, world, SLOTS + 1)


async def test_when_a_breaker_closes_every_slot_is_filled_at_once(rig: Rig) -> None:
    world = rig.world()
    for _ in range(IN_A_ROW):
        world.breakers.failed(KEY, "before", Temporary("503"))
    async with served(world) as service:
        for _ in range(SLOTS + 1):
            await service.place_order(rig.order())
        await settled(world, lambda: True)
        assert rig.api.created == []
        assert {job.attempts for job in await rig.store.unfinished()} == {0}
        rig.clock.advance(FIRST[Trouble.SERVICE])
        rig.api.before_answer = asyncio.Event()
        world.claim_due.wake()
        await arrived(rig, 1)
        world.claim_due.wake()
        await turns()
        assert len(rig.api.created) == 1  # the probe alone
        rig.api.before_answer.set()
        await sent(rig, world, SLOTS)


async def arrived(rig: Rig, count: int) -> None:
    async with asyncio.timeout(30):
        while len(rig.api.created) < count:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


async def turns() -> None:
    """Let the loop do what it can do now; nothing it might do wrongly here takes longer."""
    for _ in range(50):
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("error", [Unauthorised("401"), OutOfCredit("402")], ids=lambda error: error.reason)
async def test_when_every_key_is_refused_all_that_waits_fails_in_plain_words_without_being_sent(
    rig: Rig, error: ProviderError
) -> None:
    world = rig.world()
    rig.api.creates = [error]
    async with served(world, slots=1) as service:
        for _ in range(4):
            await service.place_order(rig.order())
        await settled(world, lambda: len(rig.audience.failures) == 4)
        await service.place_order(rig.order())
        await settled(world, lambda: len(rig.audience.failures) == 5)
        assert len(rig.api.created) == 1
        reasons = {told.failure.reason for told, _ in rig.audience.failures if told.failure}
        sentences = {str(told.failure.user_message) for told, _ in rig.audience.failures if told.failure}
        assert (reasons, sentences) == ({error.reason}, {str(error.default_message)})
        assert sorted(told.attempts for told, _ in rig.audience.failures) == [0, 0, 0, 0, 1]
        assert await rig.used() == 0
        rig.clock.advance(FIRST[Trouble.ACCOUNT])
        await service.place_order(rig.order())  # the probe
        await sent(rig, world, 2)
        assert await rig.status(rig.api.created[-1][0]) is Status.RUNNING


@pytest.mark.parametrize("error", [OutOfCredit("402"), Temporary("503")], ids=lambda error: error.reason)
async def test_what_waits_is_not_given_up_while_a_probe_is_on_its_way(rig: Rig, error: ProviderError) -> None:
    world = rig.world()
    for _ in range(2):
        await rig.admitted()
    for _ in range(IN_A_ROW):
        world.breakers.failed(KEY, "before", error)
    rig.clock.advance(2 * OUTAGE_LONGEST)
    rig.api.before_answer, rig.api.creates = asyncio.Event(), [error]
    async with served(world):
        await arrived(rig, 1)
        await turns()
        assert rig.audience.failures == []
        rig.api.before_answer.set()
        await settled(world, lambda: len(rig.audience.failures) == 2)
        assert len(rig.api.created) == 1


async def test_the_probe_is_sent_as_soon_as_the_pause_is_over(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.breaker.FIRST", {Trouble.SERVICE: 300})
    world = rig.world()
    for _ in range(IN_A_ROW):
        world.breakers.failed(KEY, "before", Temporary("503"))
    async with served(world) as service:
        await service.place_order(rig.order())
        await turns()
        assert rig.api.created == []
        rig.clock.advance(300)  # nothing wakes the loop but its own appointment
        await arrived(rig, 1)


async def test_another_key_takes_over_and_the_refused_one_is_not_used(rig: Rig) -> None:
    rig.api.key_ids = (KEY, "another")
    world = rig.world()
    rig.api.creates = [Unauthorised("401")]
    async with served(world) as service:
        for _ in range(2):
            await service.place_order(rig.order())
        await sent(rig, world, 3)
    assert {job.key_id for job in await rig.store.unfinished()} == {"another"}
    assert rig.audience.failures == []


async def test_in_an_outage_jobs_wait_ten_minutes_and_then_fail_in_plain_words(rig: Rig) -> None:
    world = rig.world()
    early = await rig.admitted()
    rig.clock.advance(2 * OUTAGE_LONGEST)  # a long queue; no outage yet
    for _ in range(IN_A_ROW):
        world.breakers.failed(KEY, "before", Temporary("503"))
    rig.api.creates = [Temporary("503")] * 99
    async with served(world) as service:
        rig.clock.advance(OUTAGE_LONGEST - 240_000)
        await service.place_order(rig.order())
        await settled(world, lambda: bool(rig.api.created))
        await turns()
        assert rig.audience.failures == []
        while not rig.audience.failures:
            rig.clock.advance(10_000)
            world.claim_due.wake()
            await turns()
        assert [told.id for told, _ in rig.audience.failures] == [early.id]
        [(told, _)] = rig.audience.failures
        assert told.failure is not None
        assert told.failure.reason is Reason.TEMPORARY
        assert "ten minutes" in str(told.failure.user_message)
        assert await rig.used() == 1


async def test_a_claim_that_finds_nothing_leaves_the_probe_to_the_next_order(rig: Rig) -> None:
    world = rig.world()
    world.breakers.failed(KEY, "before", OutOfCredit("402"))
    rig.clock.advance(FIRST[Trouble.ACCOUNT])
    rig.api.creates = [DONE]
    async with served(world) as service:
        await turns()
        await service.place_order(rig.order())
        await settled(world, lambda: bool(rig.audience.delivered))
    assert world.breakers.allows(KEY)
