"""From `submitting` to the API: one create, and what its answer means."""

import random

import structlog

from jobs.completion import Completion
from jobs.ending import Ending
from jobs.errors import ProviderError, Reason, Retryable, UnknownOutcome
from jobs.model import Failure, Job
from jobs.outcomes import Accepted, Created, Finished
from jobs.status import Status
from jobs.timing import MOST_ATTEMPTS, UNCONFIRMED_GRACE, poll_delay, retry_delay
from jobs.world import World, about, failure_of, persist

_log = structlog.get_logger(__name__)


class Submission:
    """Sends claimed jobs."""

    def __init__(self, world: World, completion: Completion, ending: Ending) -> None:
        self._world = world
        self._completion = completion
        self._ending = ending

    async def submit(self, job: Job) -> None:
        """Send a claimed job to its API, once."""
        world = self._world
        model, api = world.catalog.get(job.request.model), world.apis.get(job.provider)
        if model is None or api is None or job.key_id not in api.key_ids:
            await self._ending.fail(job, not_offered())
            return
        world.observer.changed(job, Status.QUEUED)
        world.audience.follow(job)
        url = None if model.synchronous else webhook_url(world.public_url, job)
        try:
            await self._created(job, await api.create(job, model, webhook_url=url))
        except ProviderError as error:
            await self._refused(job, error)
        except Exception:  # noqa: BLE001 - a create may be on its way: the same as an answer that was lost
            _log.exception("the create ended in an unexpected way", **about(job))
            await self._refused(job, UnknownOutcome("unexpected exception"))

    async def _created(self, job: Job, created: Created) -> None:
        match created:
            case Finished():
                await self._completion.complete(job, created)
            case Accepted(prediction_id=prediction_id):
                await self._accepted(job, prediction_id)

    async def _accepted(self, job: Job, prediction_id: str) -> None:
        world = self._world
        delay = poll_delay(
            elapsed=0,
            typical=world.estimates.typical(job.request.model),
            learnt=world.estimates.learnt(job.request.model),
            webhook=world.public_url is not None,
        )
        at = world.clock.now() + delay
        running = await persist(lambda: world.store.mark_running(job.id, prediction_id=prediction_id, next_poll_at=at))
        if running is not None:
            _log.info("the API has accepted the job", prediction_id=prediction_id, **about(job))
            world.observer.changed(running, job.status)
            world.audience.follow(running)
            world.look_due.wake()
            return
        # Lost the race: either the webhook was faster than this answer, or the user has cancelled meanwhile.
        current = await persist(lambda: world.store.get(job.id))
        if current is not None and current.status in {Status.CANCELLING, Status.CANCELLED}:
            await self._ending.cancel_upstream(current, prediction_id)

    async def _refused(self, job: Job, error: ProviderError) -> None:
        world = self._world
        world.observer.provider_error(job.provider, error.reason)
        _log.warning("the create failed", reason=error.reason, detail=error.detail, **about(job))
        if isinstance(error, UnknownOutcome):
            at = world.clock.now() + UNCONFIRMED_GRACE
            changed = await persist(lambda: world.store.mark_unconfirmed(job.id, next_poll_at=at))
            world.look_due.wake()
        elif isinstance(error, Retryable) and job.attempts < MOST_ATTEMPTS:
            jitter = random.random()  # noqa: S311 - spreads load, guards nothing
            delay = retry_delay(attempts=job.attempts, retry_after=error.retry_after, jitter=jitter)
            not_before = world.clock.now() + delay
            changed = await persist(lambda: world.store.requeue(job.id, not_before=not_before))
            world.slot_freed.wake()
        else:
            await self._ending.fail(job, failure_of(error))
            return
        if changed is not None:
            world.observer.changed(changed, job.status)
            world.audience.follow(changed)


def webhook_url(public_url: str | None, job: Job) -> str | None:
    """Where the API is to report this job: the URL names it and proves itself with the job's own token."""
    if public_url is None:
        return None
    return f"{public_url.rstrip('/')}/webhooks/{job.provider}/{job.id}/{job.webhook_token}"


def not_offered() -> Failure:
    """The failure of a job whose model or API key was taken away while it waited."""
    return Failure(
        reason=Reason.NOT_OFFERED,
        user_message="This model is not on offer here any more. Please choose another one with `model`.",
        detail="no adapter, key or catalogue entry for this job",
    )
