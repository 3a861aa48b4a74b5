"""A cancelled job holds its slot until nothing of it goes on at its API; then it is refunded, and its user told."""

import asyncio
from collections.abc import Sized

import pytest

from jobs.cancelling import Cancelling
from jobs.catalog import Provider
from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.doubts import BLIND, CREATE_LONGEST
from jobs.ending import Ending
from jobs.errors import Final, GenerationFailed, ProviderError, Rejected, Temporary, Unauthorised, UnknownOutcome
from jobs.lost import Lost
from jobs.model import Job
from jobs.outcomes import Accepted, Execution, Listed, StillRunning
from jobs.service import JobService
from jobs.status import Status
from jobs.submission import Submission
from jobs.timing import deadline
from jobs.world import World
from tests.jobs.support import DONE, GRACE, KEY, Rig, settled
from tests.support import within


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look again without a pause."""
    monkeypatch.setattr("jobs.cancelling._PAUSE_FIRST", 0.001)
    monkeypatch.setattr("jobs.cancelling._PAUSE_LONGEST", 0.001)


class Steps:
    """What sends jobs and stops them, in one process."""

    def __init__(self, world: World) -> None:
        ending = Ending(world)
        completion = Completion(world, ending, Delivering(world, ending))
        lost = Lost(world, completion, ending)
        self.cancelling = Cancelling(world, ending, lost)
        self.submission = Submission(world, completion, ending, lost, self.cancelling)


def listed(job: Job) -> Listed:
    return Listed(executions=(Execution(id="found", created_at=job.submitted_at or 0),))


async def in_doubt(rig: Rig) -> Job:
    job = await rig.claimed()
    unconfirmed = await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.ms)
    assert unconfirmed is not None
    return unconfirmed


async def holds_its_slot(rig: Rig) -> bool:
    """Whether a key that takes one job at once has no room; asked with another job that waits."""
    await rig.admitted(user_id=99)
    return await rig.store.claim(provider=Provider.EACHLABS, key_id=KEY, concurrency=1, per_minute=1000) is None


async def rounds(looks: Sized, count: int) -> None:
    """Let so many more looks happen."""
    async with asyncio.timeout(30):
        until = len(looks) + count
        while len(looks) < until:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.001)


async def cancelled(rig: Rig, world: World, job: Job, *, unknown: int = 0) -> None:
    """It ends cancelled, refunded, told once, its slot free."""
    await settled(world, lambda: bool(rig.audience.failures))
    now = await rig.store.get(job.id)
    assert now is not None
    assert (now.status, now.unknown_creates) == (Status.CANCELLED, unknown)
    assert rig.observer.given_up == [job.id] * unknown
    assert len(rig.audience.failures) == 1
    assert await rig.used() == 0
    assert not await holds_its_slot(rig)


@pytest.mark.parametrize("error", [None, Rejected("no"), Temporary("503")], ids=["taken", "refused", "unreachable"])
async def test_what_runs_holds_its_slot_until_the_api_has_stopped_it(rig: Rig, error: ProviderError | None) -> None:
    """Whatever was answered to the cancel: an API may say yes and go on."""
    job, world = await rig.running(), rig.world()
    rig.api.cancel_error = error
    rig.api.polls = [StillRunning()] * 1000
    assert await Steps(world).cancelling.cancel(job)
    await rounds(rig.api.polled, 20)
    assert rig.audience.followed[-1] == (job.id, Status.CANCELLING)
    assert await rig.status(job) is Status.CANCELLING
    assert await rig.used() == 1
    assert rig.api.cancelled == [job.prediction_id] * 5
    assert await holds_its_slot(rig)
    rig.api.polls = [GenerationFailed("cancelled")]
    await cancelled(rig, world, job)


@pytest.mark.parametrize("error", [Temporary("503"), Unauthorised("401"), UnknownOutcome("time-out"), ValueError("!")])
async def test_trouble_with_the_look_is_no_end(rig: Rig, error: Exception) -> None:
    job, world = await rig.running(), rig.world()
    rig.api.polls = [error, error, error, DONE]
    await Steps(world).cancelling.cancel(job)
    await cancelled(rig, world, job)
    assert len(rig.api.polled) == 4
    assert rig.audience.delivered == []


async def test_what_never_ends_is_waited_for_until_the_models_deadline(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    rig.api.polls = [StillRunning()] * 1000
    await Steps(world).cancelling.cancel(job)
    await rounds(rig.api.polled, 3)
    rig.clock.advance(deadline(world.typical(job)) + 1)
    await cancelled(rig, world, job)


async def test_a_create_on_its_way_is_stopped_by_the_name_that_its_answer_brings(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    steps = Steps(world)
    rig.api.before_answer = asyncio.Event()
    rig.api.creates = [Accepted(prediction_id="late")]
    sending = asyncio.create_task(steps.submission.submit(job))
    await settled(world, lambda: bool(rig.api.created))
    assert await steps.cancelling.cancel(job)
    await rounds(rig.api.windows, 3)
    assert await rig.status(job) is Status.CANCELLING
    assert rig.api.cancelled == []
    rig.api.before_answer.set()
    await sending
    await cancelled(rig, world, job)
    assert {*rig.api.cancelled} == {"late"}


@pytest.mark.parametrize("error", [Temporary("503"), Unauthorised("401")])
async def test_a_create_that_made_nothing_leaves_nothing_to_be_stopped(rig: Rig, error: ProviderError) -> None:
    job, world = await rig.claimed(), rig.world()
    steps = Steps(world)
    rig.api.before_answer = asyncio.Event()
    rig.api.creates = [error]
    sending = asyncio.create_task(steps.submission.submit(job))
    await settled(world, lambda: bool(rig.api.created))
    await steps.cancelling.cancel(job)
    rig.api.before_answer.set()
    await sending
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is (Status.FAILED if isinstance(error, Final) else Status.CANCELLED)
    assert rig.api.cancelled == []
    assert await rig.used() == 0
    assert rig.observer.given_up == []


@pytest.mark.parametrize("state", [Status.SUBMITTING, Status.UNCONFIRMED])
@pytest.mark.parametrize("restarted", [False, True])
async def test_a_lost_create_is_found_and_stopped(rig: Rig, state: Status, restarted: bool) -> None:
    """By this process, or by the next one after a kill."""
    job = await rig.claimed() if state is Status.SUBMITTING else await in_doubt(rig)
    rig.api.listings = [Listed(executions=()), listed(job)]
    if restarted:
        await rig.store.mark_cancelling(job.id, sent_too=True)
        rig.started_at = rig.clock.ms + 1
        world = rig.world()
        service = JobService(world, {})
        await service.start()
        await cancelled(rig, world, job)
        await service.stop(seconds=0)
    else:
        world = rig.world()
        await Steps(world).cancelling.cancel(job)
        await cancelled(rig, world, job)
    assert rig.api.cancelled == ["found"]
    assert rig.api.created == []
    now = await rig.store.get(job.id)
    assert now is not None
    assert now.prediction_id == "found", "so that no other job's lost create is taken for it"


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize("state", [Status.SUBMITTING, Status.UNCONFIRMED])
async def test_a_create_that_is_never_found_is_counted_and_not_sent_again(
    rig: Rig, state: Status, readable: bool
) -> None:
    """After the grace, which begins when its answer can no longer come; a list that cannot be read is waited for."""
    job = await rig.claimed() if state is Status.SUBMITTING else await in_doubt(rig)
    world = rig.world()
    rig.api.listings = [] if readable else [Temporary("503") for _ in range(1000)]
    await Steps(world).cancelling.cancel(job)
    patience = (CREATE_LONGEST if state is Status.SUBMITTING else 0) + GRACE * (1 if readable else BLIND)
    rig.clock.advance(patience - 1)
    await rounds(rig.api.windows, 3)
    assert await rig.status(job) is Status.CANCELLING
    assert await rig.used() == 1
    rig.clock.advance(1)
    await cancelled(rig, world, job, unknown=1)
    assert rig.api.created == []


async def test_what_waits_to_be_sent_is_cancelled_without_the_api(rig: Rig) -> None:
    """Also when an earlier create of it was given up."""
    job, world = await rig.claimed(), rig.world()
    requeued = await rig.store.give_up(job.id, not_before=0, bounds=within(1))
    assert isinstance(requeued, Job)
    await Steps(world).cancelling.cancel(requeued)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.CANCELLED
    assert (rig.api.cancelled, rig.api.polled, rig.api.windows) == ([], [], [])


@pytest.mark.parametrize("has_name", [True, False])
async def test_without_the_apis_keys_nobody_can_be_asked(rig: Rig, has_name: bool) -> None:
    job = await rig.running() if has_name else await in_doubt(rig)
    await rig.store.mark_cancelling(job.id, sent_too=True)
    rig.api.provider = Provider.AIMLAPI
    world = rig.world()
    rig.api.provider = Provider.EACHLABS
    current = await rig.store.get(job.id)
    assert current is not None
    await Steps(world).cancelling.finish(current)
    await cancelled(rig, world, job, unknown=int(not has_name))


async def test_pressed_twice_it_is_cancelled_once(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    cancelling = Steps(world).cancelling
    assert await cancelling.cancel(job)
    assert not await cancelling.cancel(job)
    await cancelled(rig, world, job)
