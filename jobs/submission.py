"""From `submitting` to the API: one create, and what its answer means."""

import random

import structlog

from jobs.completion import Completion
from jobs.ending import Ending
from jobs.errors import OutOfCredit, ProviderError, Reason, Retryable, Unauthorised, UnknownOutcome
from jobs.model import Failure, Job
from jobs.outcomes import Accepted, Created, Finished
from jobs.status import Status
from jobs.timing import LONGEST_WISH, MOST_ATTEMPTS, UNCONFIRMED_GRACE, retry_delay
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
        _log.debug("sending", attempt=job.attempts, key=job.key_id, **about(job))
        try:
            await self._created(job, await api.create(job, model, webhook_url=world.webhook_url(job)))
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
        at = world.clock.now() + world.next_look(job, elapsed=0)
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
        _log.warning("the create failed", reason=error.reason, detail=error.detail, key=job.key_id, **about(job))
        match error:
            case UnknownOutcome():
                await self.doubt(job, error)
            case Unauthorised() | OutOfCredit() if self._another_key(job):
                await self._requeue(job, not_before=world.clock.now())
            case Retryable(retry_after=wish) if job.attempts < MOST_ATTEMPTS and (wish or 0) <= LONGEST_WISH:
                jitter = random.random()  # noqa: S311 - spreads load, guards nothing
                delay = retry_delay(attempts=job.attempts, retry_after=wish, jitter=jitter)
                await self._requeue(job, not_before=world.clock.now() + delay)
            case _:
                await self._ending.fail(job, failure_of(error))

    async def doubt(self, job: Job, error: UnknownOutcome) -> None:
        """A create of unknown outcome: kept while its webhook may find it, failed where nothing can."""
        world = self._world
        if world.webhook_url(job) is None:
            await self._ending.fail(job, failure_of(error))
            return
        at = world.clock.now() + UNCONFIRMED_GRACE
        unconfirmed = await persist(lambda: world.store.mark_unconfirmed(job.id, next_poll_at=at))
        world.look_due.wake()
        self._changed(unconfirmed, job.status)

    async def _requeue(self, job: Job, *, not_before: int) -> None:
        queued = await persist(lambda: self._world.store.requeue(job.id, not_before=not_before))
        self._world.slot_freed.wake()
        self._changed(queued, job.status)

    def _changed(self, changed: Job | None, previous: Status) -> None:
        if changed is not None:
            self._world.observer.changed(changed, previous)
            self._world.audience.follow(changed)

    def _another_key(self, job: Job) -> bool:
        """Let the refused key rest, if another one can take over."""
        world = self._world
        others = [key for key in world.apis[job.provider].key_ids if key != job.key_id and world.resting.is_awake(key)]
        if others and job.key_id is not None and job.attempts < MOST_ATTEMPTS:
            world.resting.rest(job.key_id)
            return True
        return False


def not_offered() -> Failure:
    """The failure of a job whose model or API key was taken away while it waited."""
    return Failure(
        reason=Reason.NOT_OFFERED,
        user_message="This model is not on offer here any more. Please choose another one with `model`.",
        detail="no adapter, key or catalogue entry for this job",
    )
