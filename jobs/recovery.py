"""Every unfinished job is taken up where it stands: after a start, and where nobody carries it any more."""

from dataclasses import dataclass
from typing import Final

import structlog

from jobs.cancelling import Cancelling
from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.errors import UnknownOutcome
from jobs.lost import Lost, not_offered
from jobs.model import Job
from jobs.sentence import say
from jobs.status import FINISHED, Status
from jobs.world import World

_log = structlog.get_logger(__name__)
_AT_ONCE: Final = 200  # jobs in memory; ten thousand may wait


@dataclass(frozen=True, kw_only=True)
class Steps:
    """Who takes jobs on, from each state."""

    lost: Lost
    delivering: Delivering
    cancelling: Cancelling
    ending: Ending


async def recover(world: World, steps: Steps) -> int:
    """Take up what the last process left; returns the number of unfinished jobs. Call before the loops start."""
    # The last process may have sent the create: it is looked for, never blindly sent again.
    lost = UnknownOutcome(
        "the last process ended while the create was on its way",
        user_message=say("The bot was restarted before the image service's answer came. Please try again."),
    )
    resumed, last = 0, None
    while jobs := await world.store.unfinished(after=last, limit=_AT_ONCE):
        for job in jobs:
            await resume(job, world, steps, lost=lost)
        resumed, last = resumed + len(jobs), jobs[-1]
    await steps.ending.tell_untold()
    await _sweep(world)
    if resumed:
        _log.info("unfinished jobs are resumed", jobs=resumed)
    return resumed


async def resume(job: Job, world: World, steps: Steps, *, lost: UnknownOutcome) -> None:
    """Take up one unfinished job that nobody carries; `lost` is why the outcome of a create in it is unknown."""
    match job.status:
        case Status.SUBMITTING:
            await steps.lost.doubt(job, lost)
        case Status.RUNNING | Status.UNCONFIRMED:
            # The last process may have taken it for a look that it did not finish: nobody waits for the end of that.
            await world.store.schedule_poll(job.id, at=world.clock.now())
            world.audience.follow(job)
        case Status.QUEUED if not world.offers(job):  # no key claims it any more, and no outage ends it
            await steps.ending.fail(job, not_offered())
        case Status.QUEUED:
            world.audience.follow(job)
        case Status.DELIVERING:
            world.tasks.spawn(f"deliver {job.id}", steps.delivering.deliver(job))
        case Status.CANCELLING:
            world.tasks.spawn(f"cancel {job.id}", steps.cancelling.finish(job))
        case Status.DELIVERED | Status.UNDELIVERED | Status.CANCELLED | Status.FAILED:
            pass


async def _sweep(world: World) -> None:
    """Remove the folders of jobs that no longer need theirs: a stop may have come before it was removed."""
    for job_id in await world.files.job_ids():
        job = await world.store.get(job_id)
        if job is None or not _may_be_shown(job):
            await world.discard(job_id)


def _may_be_shown(job: Job) -> bool:
    """Whether the images on the disk are still of use."""
    if job.removed_at is not None or job.hidden_at is not None:
        return False
    if job.status is Status.DELIVERED:
        return job.stays_stored
    return job.status is Status.UNDELIVERED or job.status not in FINISHED
