"""A restored backup pays nothing again, gives everything back, and says so in new messages."""

from jobs.model import Job
from jobs.restored import give_up_unfinished
from jobs.service import JobService
from jobs.status import Status
from tests.jobs.support import Rig, settled


async def unfinished(rig: Rig) -> list[Job]:
    """A job in each state that a backup may hold."""
    running, doubted, cancelling, submitting = [await rig.running(), *[await rig.claimed() for _ in range(3)]]
    await rig.store.mark_unconfirmed(doubted.id, next_poll_at=rig.clock.ms)
    await rig.store.mark_cancelling(cancelling.id, sent_too=True)
    delivering = await rig.running()
    await rig.store.mark_delivering(delivering.id, images=[], cost=None, prediction_id=None)
    return [running, doubted, cancelling, submitting, delivering, await rig.admitted()]


async def test_whatever_is_unfinished_is_refunded_and_nothing_is_sent_or_posted_again(rig: Rig) -> None:
    jobs = await unfinished(rig)
    assert await rig.used() == len(jobs)
    assert await give_up_unfinished(rig.store) == len(jobs)
    assert await rig.used() == 0
    world = rig.world()
    service = JobService(world, {})
    await service.start()
    await settled(world, lambda: len(rig.audience.failures) == len(jobs))
    await service.stop(seconds=0)
    assert (rig.api.created, rig.api.polled, rig.audience.delivered) == ([], [], [])
    for job in jobs:
        assert await rig.status(job) is Status.FAILED


async def test_old_messages_are_left_alone_since_they_may_show_the_images(rig: Rig) -> None:
    (job, *_) = await unfinished(rig)
    await give_up_unfinished(rig.store)
    now = await rig.store.get(job.id)
    assert now is not None
    assert (now.order.reply.message_id, now.order.reply.expires_at) == (None, 0)
    assert now.failure is not None
    assert "backup" in str(now.failure.user_message)


async def test_what_had_ended_before_the_backup_stays_as_it_was(rig: Rig) -> None:
    job = await rig.running()
    await rig.store.mark_cancelling(job.id, sent_too=True)
    cancelled = await rig.store.mark_cancelled(job.id)
    await give_up_unfinished(rig.store)
    assert await rig.store.get(job.id) == cancelled
    assert await give_up_unfinished(rig.store) == 0
