"""After a start: every unfinished job is taken up where it stands."""

import structlog

from jobs.completion import Completion
from jobs.ending import Ending
from jobs.model import Job
from jobs.status import FINISHED, Status
from jobs.timing import UNCONFIRMED_GRACE
from jobs.world import World, about

_log = structlog.get_logger(__name__)


async def recover(world: World, completion: Completion, ending: Ending) -> int:
    """Take up what the last process left; returns the number of unfinished jobs. Call before the loops start."""
    jobs = await world.store.unfinished()
    for job in jobs:
        await _resume(job, world, completion, ending)
    await _sweep(world)
    if jobs:
        _log.info("unfinished jobs are resumed", jobs=len(jobs))
    return len(jobs)


async def _resume(job: Job, world: World, completion: Completion, ending: Ending) -> None:
    match job.status:
        case Status.SUBMITTING:
            # The last process may have sent the create: it is looked for, never blindly sent again.
            at = world.clock.now() + UNCONFIRMED_GRACE
            unconfirmed = await world.store.mark_unconfirmed(job.id, next_poll_at=at)
            _log.warning("the last create's outcome is unknown", **about(job))
            if unconfirmed is not None:
                world.observer.changed(unconfirmed, job.status)
                world.audience.follow(unconfirmed)
        case Status.RUNNING:
            await world.store.schedule_poll(job.id, at=world.clock.now())
            world.audience.follow(job)
        case Status.QUEUED | Status.UNCONFIRMED:
            world.audience.follow(job)
        case Status.DELIVERING:
            world.tasks.spawn(f"deliver {job.id}", completion.deliver(job))
        case Status.CANCELLING:
            world.tasks.spawn(f"cancel {job.id}", ending.finish_cancelling(job))
        case Status.DELIVERED | Status.UNDELIVERED | Status.CANCELLED | Status.FAILED:
            pass


async def _sweep(world: World) -> None:
    """Remove the folders of jobs that no longer need theirs: a stop may have come before it was removed."""
    for job_id in await world.files.job_ids():
        job = await world.store.get(job_id)
        if job is None or job.status in FINISHED - {Status.UNDELIVERED}:
            await world.files.discard(job_id)
