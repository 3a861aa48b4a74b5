"""From a result to a delivered job: once, whoever brings the news, and never without the bytes."""

import asyncio
from unittest.mock import AsyncMock

import pytest
from structlog.testing import capture_logs

import jobs.completion
import jobs.delivering
from jobs.completion import Completion
from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.errors import GenerationFailed, Reason, ResultUnusable, Temporary
from jobs.model import Job, Posted
from jobs.outcomes import Delivery, Finished, ImageData, ImageLink, NowhereToPost, Shown
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.status import Status
from jobs.timing import patience
from jobs.world import World, internal, persist
from tests.jobs.support import DONE, Rig, WritingSource, settled

TWO = Finished(images=(ImageLink(url="https://a"), ImageLink(url="https://b")))


def unanswered(rig: Rig, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The first of these writes is committed, and nobody can say so."""
    write, answers = getattr(rig.store, name), iter([False])

    async def committed(*args: object, **values: object) -> object:
        changed = await write(*args, **values)
        if next(answers, True):
            return changed
        raise StoreUnavailable("the answer was lost")

    monkeypatch.setattr(rig.store, name, committed)
    monkeypatch.setattr("jobs.world._PAUSE_FIRST", 0.001)


def completion(world: World) -> Completion:
    ending = Ending(world)
    return Completion(world, ending, Delivering(world, ending))


async def complete(rig: Rig, job: Job, finished: Finished) -> World:
    world = rig.world()
    await completion(world).complete(job, finished)
    await settled(world, lambda: True)
    return world


async def test_the_same_news_brought_twice_at_once_is_delivered_once(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    both = completion(world)
    await asyncio.gather(both.complete(job, DONE), both.complete(job, DONE))
    await settled(world, lambda: bool(rig.audience.delivered))
    await both.complete(job, DONE)
    await settled(world, lambda: True)
    assert len(rig.audience.delivered) == 1
    assert await rig.status(job) is Status.DELIVERED


async def test_progress_has_stopped_before_the_result_is_posted(rig: Rig) -> None:
    job = await rig.running()
    await complete(rig, job, DONE)
    assert rig.audience.unfollowed[0] == job.id


async def test_what_is_delivered_leaves_no_files(rig: Rig) -> None:
    job = await rig.running()
    await complete(rig, job, DONE)
    assert list(await rig.files.job_ids()) == []


async def test_the_reported_cost_is_kept(rig: Rig) -> None:
    job = await rig.running()
    await complete(rig, job, Finished(images=DONE.images, cost=12_345))
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.cost, current.estimated_cost) == (12_345, 35_000)


async def test_the_duration_is_learnt(rig: Rig) -> None:
    world = rig.world()
    assert world.estimates.typical("flux-lora") == 20_000
    for _ in range(3):
        job = await rig.running()
        rig.clock.advance(4_000)
        await completion(world).complete(job, DONE)
    await settled(world, lambda: len(rig.audience.delivered) == 3)
    assert world.estimates.typical("flux-lora") == 4_000


async def test_a_partial_result_is_delivered_and_the_rest_refunded(rig: Rig) -> None:
    job = await rig.running(count=2)
    rig.source.errors["https://a"] = ResultUnusable("not an image")
    await complete(rig, job, TWO)
    assert rig.audience.delivered == [(job.id, [b"https://b"])]
    assert await rig.used() == 1


async def test_a_partial_result_waits_a_minute_for_the_rest(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.completion, "_REFETCH", 0.001)
    job, world = await rig.running(count=2), rig.world()
    rig.source.errors["https://a"] = Temporary("503")
    completing = asyncio.create_task(completion(world).complete(job, TWO))
    await settled(world, lambda: rig.source.fetched.count("https://a") > 1)
    assert await rig.status(job) is Status.RUNNING
    assert rig.source.fetched.count("https://b") == 1
    rig.source.errors.clear()
    await completing
    await settled(world, lambda: True)
    assert rig.audience.delivered == [(job.id, [b"https://a", b"https://b"])]
    assert await rig.used() == 2


async def test_after_that_minute_what_is_there_is_delivered_and_the_rest_refunded(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.completion, "_REFETCH", 0.001)
    job, world = await rig.running(count=2), rig.world()
    rig.source.errors["https://a"] = Temporary("503")
    completing = asyncio.create_task(completion(world).complete(job, TWO))
    await settled(world, lambda: rig.source.fetched.count("https://a") > 1)
    rig.clock.advance(60_000)
    await completing
    await settled(world, lambda: bool(rig.audience.delivered))
    assert rig.audience.delivered == [(job.id, [b"https://b"])]
    assert await rig.used() == 1


async def test_where_nothing_came_but_something_may_still_come_the_job_goes_on(rig: Rig) -> None:
    job = await rig.running(count=2)
    rig.source.errors |= {"https://a": ResultUnusable("410"), "https://b": Temporary("503")}
    await complete(rig, job, TWO)
    assert await rig.status(job) is Status.RUNNING


async def test_the_vendors_link_is_kept_with_the_image(rig: Rig) -> None:
    job = await rig.running(count=2)
    await complete(rig, job, Finished(images=(ImageLink(url="https://a"), *DONE.images)))
    current = await rig.store.get(job.id)
    assert current is not None
    assert [image.url for image in current.images] == ["https://a", None]


async def test_a_result_that_cannot_be_fetched_yet_is_fetched_again_at_the_next_poll(rig: Rig) -> None:
    job = await rig.running(count=2)
    rig.source.errors |= {"https://a": Temporary("503"), "https://b": Temporary("503")}
    await complete(rig, job, TWO)
    assert await rig.status(job) is Status.RUNNING
    assert rig.audience.followed[-1] == (job.id, Status.RUNNING)
    rig.source.errors.clear()
    await complete(rig, job, TWO)
    assert rig.audience.delivered == [(job.id, [b"https://a", b"https://b"])]


@pytest.mark.parametrize(
    ("finished", "reason"),
    [
        (Finished(images=()), Reason.GENERATION_FAILED),
        (Finished(images=(ImageLink(url="https://a"),)), Reason.RESULT_UNUSABLE),
    ],
)
async def test_a_success_without_a_usable_image_fails_and_refunds(rig: Rig, finished: Finished, reason: Reason) -> None:
    job = await rig.running()
    rig.source.errors["https://a"] = ResultUnusable("html")
    await complete(rig, job, finished)
    [(told, _)] = rig.audience.failures
    assert told.failure is not None
    assert told.failure.reason is reason
    assert await rig.used() == 0
    assert list(await rig.files.job_ids()) == []


async def test_news_for_a_job_that_has_ended_changes_nothing(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    await rig.store.mark_cancelling(job.id, sent_too=True)
    await Ending(world).cancelled(job)
    await settled(world, lambda: bool(rig.audience.failures))
    await complete(rig, job, DONE)
    assert await rig.status(job) is Status.CANCELLED
    assert rig.audience.delivered == []


async def test_a_delayed_delivery_is_tried_until_it_succeeds(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job = await rig.running()
    rig.audience.deliveries = [DeliveryDelayed("503"), DeliveryDelayed("503")]
    world = rig.world()
    await completion(world).complete(job, DONE)
    await settled(world, lambda: bool(rig.audience.delivered))
    assert await rig.status(job) is Status.DELIVERED


async def test_trouble_with_the_disk_delays_a_delivery_and_throws_nothing_away(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job = await rig.running()
    rig.audience.deliveries = [OSError(28, "No space left on device"), OSError(24, "Too many open files")]
    await complete(rig, job, DONE)
    assert await rig.status(job) is Status.DELIVERED


async def test_what_a_synchronous_answer_brought_is_fetched_again_for_some_minutes(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.completion, "_REFETCH", 0.001)
    job, world = await rig.claimed(count=2), rig.world()
    rig.source.errors |= {"https://a": Temporary("503"), "https://b": Temporary("503")}
    completing = asyncio.create_task(completion(world).complete(job, TWO))
    await settled(world, lambda: bool(rig.audience.unfollowed))
    assert await rig.status(job) is Status.SUBMITTING
    rig.source.errors.clear()
    await completing
    await settled(world, lambda: True)
    assert rig.audience.delivered == [(job.id, [b"https://a", b"https://b"])]


async def test_after_those_minutes_it_has_failed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.completion, "_REFETCH", 0.001)
    job, world = await rig.claimed(count=2), rig.world()
    rig.source.errors |= {"https://a": Temporary("503"), "https://b": Temporary("503")}
    completing = asyncio.create_task(completion(world).complete(job, TWO))
    await settled(world, lambda: bool(rig.audience.unfollowed))
    rig.clock.advance(jobs.completion._PATIENCE + 1)
    await completing
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.used() == 0


async def test_what_only_a_webhook_told_of_is_polled_for_when_it_cannot_be_fetched_yet(rig: Rig) -> None:
    job = await rig.claimed()
    await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.ms + 1)
    rig.source.errors |= {"https://a": Temporary("503"), "https://b": Temporary("503")}
    await complete(rig, job, Finished(images=TWO.images, prediction_id="from-the-webhook"))
    current = await rig.store.get(job.id)
    assert current is not None
    assert (current.status, current.prediction_id) == (Status.RUNNING, "from-the-webhook")


async def test_what_is_missing_of_a_partial_result_is_shown_as_given_back(rig: Rig) -> None:
    job = await rig.running(count=2)
    rig.source.errors["https://a"] = ResultUnusable("not an image")
    await complete(rig, job, TWO)
    assert rig.audience.usages[-1].windows[0].used == 1


async def test_the_apis_own_measure_is_learnt_before_ours(rig: Rig) -> None:
    world = rig.world()
    for _ in range(3):
        job = await rig.running()
        rig.clock.advance(15_000)
        await completion(world).complete(job, Finished(images=DONE.images, duration=4_000))
    await settled(world, lambda: len(rig.audience.delivered) == 3)
    assert world.estimates.typical("flux-lora") == 4_000


async def test_what_waited_for_a_restart_is_not_learnt(rig: Rig) -> None:
    jobs_before = [await rig.running() for _ in range(3)]
    rig.clock.advance(60_000)
    rig.started_at = rig.clock.ms
    world = rig.world()
    for job in jobs_before:
        await completion(world).complete(job, DONE)
    await settled(world, lambda: len(rig.audience.delivered) == 3)
    assert not world.estimates.learnt("flux-lora")


async def test_a_fault_of_our_own_keeps_the_result_instead_of_losing_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job = await rig.running()
    rig.audience.deliveries = [RuntimeError("1"), RuntimeError("2"), RuntimeError("3")]
    await complete(rig, job, DONE)
    assert await rig.status(job) is Status.UNDELIVERED
    assert list(await rig.files.job_ids()) == [job.id]


async def test_a_full_disk_delays_the_result_until_patience_is_over(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_job_id: str) -> None:
        raise OSError(28, "No space left on device")

    job = await rig.running()
    with monkeypatch.context() as patched:
        patched.setattr(rig.files, "seal", full)
        await complete(rig, job, DONE)
        assert await rig.status(job) is Status.RUNNING
        late = await rig.running()
        rig.clock.advance(patience(20_000) + 1)
        await complete(rig, late, DONE)
        assert await rig.status(late) is Status.FAILED
    await complete(rig, job, DONE)
    assert await rig.status(job) is Status.DELIVERED


async def test_what_discord_does_not_take_for_a_day_is_kept_and_told_of_hourly(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job, world = await rig.running(), rig.world()
    rig.clock.advance(1000)

    async def delayed(*_: object, **__: object) -> Delivery:
        rig.clock.advance(60_000)
        raise DeliveryDelayed("503")

    monkeypatch.setattr(rig.audience, "deliver", delayed)
    monkeypatch.setattr(jobs.delivering, "_PAUSE_LONGEST", 0.0)
    with capture_logs() as log:
        await completion(world).complete(job, DONE)
        await settled(world, lambda: not world.tasks.live)
    kept = await rig.store.get(job.id)
    assert kept is not None
    assert kept.status is Status.UNDELIVERED
    assert list(await rig.files.job_ids()) == [job.id]
    assert [entry["event"] for entry in log].count("the delivery is delayed") == 24


async def test_only_the_first_try_after_storing_may_take_nothing_to_be_posted_yet(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job = await rig.running()
    rig.audience.deliveries = [DeliveryDelayed("503")]
    await complete(rig, job, DONE)
    assert await rig.status(job) is Status.DELIVERED
    assert rig.audience.first == [True, False]
    assert rig.audience.usages[0] == rig.audience.usages[1]


async def test_an_old_result_is_still_tried_after_a_start(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot was away for days; that is no trouble of Discord's."""
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job = await rig.running()
    await rig.store.mark_delivering(job.id, images=[], cost=None, prediction_id=None)
    rig.clock.advance(3 * 24 * 3600 * 1000)
    rig.started_at = rig.clock.ms
    world, delivering = rig.world(), await rig.store.get(job.id)
    assert delivering is not None
    rig.audience.deliveries = [DeliveryDelayed("503")]
    await Delivering(world, Ending(world)).deliver(delivering)
    assert await rig.status(job) is Status.DELIVERED
    assert rig.audience.first == [False, False]


async def test_a_fault_before_the_post_keeps_the_result_too(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs.delivering, "_PAUSE_FIRST", 0.001)
    job = await rig.running()
    monkeypatch.setattr(rig.store, "usage", AsyncMock(side_effect=RuntimeError("a fault of our own")))
    with capture_logs() as log:  # drawing a traceback takes a second
        await complete(rig, job, DONE)
    assert await rig.status(job) is Status.UNDELIVERED
    assert "the quota could not be read" in [entry["event"] for entry in log]


async def test_a_result_whose_commit_was_not_answered_is_delivered_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The write is repeated and finds nothing to change; the images are ours all the same."""
    job = await rig.running()
    unanswered(rig, monkeypatch, "mark_delivering")
    await complete(rig, job, DONE)
    assert rig.audience.delivered == [(job.id, [b"picture"])]
    assert await rig.status(job) is Status.DELIVERED


async def test_images_of_a_process_that_has_taken_over_are_left_alone(rig: Rig) -> None:
    """The old one, which has lost the lock, fetches beside it and comes second."""
    job, world = await rig.running(), rig.world()
    rig.source.wait_for = asyncio.Event()
    old = asyncio.create_task(completion(world).complete(job, TWO))
    await settled(world, lambda: bool(rig.source.fetched))
    folder = await rig.prepare(job.id)
    newer = WritingSource()
    stored = await newer.fetch(ImageData(data=b"newer"), folder / "1-newer")
    await rig.store.mark_delivering(job.id, images=[stored], cost=None, prediction_id=None)
    rig.source.wait_for.set()
    await old
    taken_over = await rig.store.get(job.id)
    assert taken_over is not None
    assert rig.audience.delivered == []
    await Delivering(world, Ending(world)).deliver(taken_over)
    assert rig.audience.delivered == [(job.id, [b"newer"])]


async def test_two_processes_never_store_under_the_same_name(rig: Rig) -> None:
    first, second = await rig.running(), await rig.running()
    await complete(rig, first, DONE)
    await complete(rig, second, DONE)
    names = [image.name for job in (first, second) if (now := await rig.store.get(job.id)) for image in now.images]
    assert len({*names}) == 2


@pytest.mark.parametrize("end", ["mark_failed", "mark_cancelled"])
async def test_an_end_whose_commit_was_not_answered_is_told_once(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    job, world = await rig.running(), rig.world()
    ending = Ending(world)
    unanswered(rig, monkeypatch, end)
    if end == "mark_failed":
        await ending.fail(job, internal("test"))
    else:
        await rig.store.mark_cancelling(job.id, sent_too=True)
        await ending.cancelled(job)
    await settled(world, lambda: bool(rig.audience.failures))
    assert len(rig.audience.failures) == 1
    assert not ending.is_telling(job.id)


async def test_a_failure_of_an_earlier_create_does_not_end_the_next_one(rig: Rig) -> None:
    job, world = await rig.claimed(), rig.world()
    await rig.store.requeue(job.id, not_before=0)
    again = await rig.store.claim(provider=job.provider, key_id="0123456789ab", concurrency=9, per_minute=9)
    assert again is not None
    await Ending(world).fail(job, internal("late"))
    assert await rig.status(job) is Status.SUBMITTING
    await Ending(world).fail(again, internal("in time"))
    assert await rig.status(job) is Status.FAILED


async def test_a_fault_while_the_api_is_told_to_stop_holds_up_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, world = await rig.running(), rig.world()
    monkeypatch.setattr(rig.api, "cancel", AsyncMock(side_effect=RuntimeError("a fault of our own")))
    with capture_logs() as log:
        await Ending(world).cancel_upstream(job, "prediction")
    assert [entry["log_level"] for entry in log] == ["error"]


async def test_what_cannot_be_posted_anywhere_is_kept_and_counts(rig: Rig) -> None:
    job = await rig.running()
    rig.audience.deliveries = [NowhereToPost(detail="all closed")]
    await complete(rig, job, DONE)
    assert await rig.status(job) is Status.UNDELIVERED
    assert list(await rig.files.job_ids()) == [job.id]
    assert await rig.used() == 1


async def test_lost_files_fail_the_job_and_refund(rig: Rig) -> None:
    job, world = await rig.running(), rig.world()
    rig.audience.deliveries = [FileNotFoundError("gone")]
    await completion(world).complete(job, DONE)
    await settled(world, lambda: bool(rig.audience.failures))
    assert await rig.status(job) is Status.FAILED
    assert await rig.used() == 0


async def test_a_write_is_repeated_until_the_database_can_be_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.world._PAUSE_FIRST", 0.001)
    tries = 0

    async def write() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StoreUnavailable("the disk is full")
        return "written"

    assert await persist(write) == "written"
    assert tries == 3


async def test_the_place_where_it_was_posted_is_kept(rig: Rig) -> None:
    job = await rig.running()
    rig.audience.deliveries = [Shown(posted=Posted(channel_id=30, message_id=60))]
    await complete(rig, job, DONE)
    current = await rig.store.get(job.id)
    assert current is not None
    assert current.posted == Posted(channel_id=30, message_id=60)


def test_errors_of_the_tree_have_a_sentence_for_the_user() -> None:
    error = GenerationFailed("status=error")
    assert str(error.user_message).endswith(".")
    assert "status" not in str(error.user_message)
