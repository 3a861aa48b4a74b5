"""From `submitting` to the API: one create, and what its answer means."""

import random

import structlog

from jobs.breaker import Trouble, trouble_of
from jobs.cancelling import Cancelling
from jobs.completion import Completion
from jobs.ending import Ending
from jobs.errors import ProviderError, Retryable, UnknownOutcome
from jobs.lost import Lost, not_offered
from jobs.model import Job
from jobs.outcomes import Accepted, Created, Finished
from jobs.status import Status
from jobs.timing import LONGEST_WISH, MOST_ATTEMPTS, retry_delay
from jobs.world import World, about, failure_of, internal, persist

_log = structlog.get_logger(__name__)


class Submission:
    """Sends claimed jobs."""

    def __init__(
        self, world: World, completion: Completion, ending: Ending, lost: Lost, cancelling: Cancelling
    ) -> None:
        self._world = world
        self._completion = completion
        self._ending = ending
        self._lost = lost
        self._cancelling = cancelling

    async def submit(self, job: Job) -> None:
        """Send a claimed job to its API, once."""
        key_id = job.key_id or ""
        try:
            await self._submit(job, key_id)
        finally:
            self._world.breakers.unsent(key_id, job.id)  # without effect once the outcome is told

    async def _submit(self, job: Job, key_id: str) -> None:
        world = self._world
        model, api = world.catalog.get(job.request.model), world.apis.get(job.provider)
        if model is None or api is None or key_id not in api.key_ids:
            await self._ending.fail(job, not_offered())
            return
        world.observer.changed(job, Status.QUEUED)
        world.audience.follow(job)
        _log.debug("sending", attempt=job.attempts, key=key_id, **about(job))
        try:
            created = await api.create(job, model, webhook_url=world.webhook_url(job))
        except ProviderError as error:
            await self._refused(job, key_id, error)
        except Exception:  # noqa: BLE001 - a create may be on its way: the same as an answer that was lost
            _log.exception("the create ended in an unexpected way", **about(job))
            await self._refused(job, key_id, UnknownOutcome("unexpected exception"))
        else:
            if world.breakers.succeeded(key_id, job.id):
                world.claim_due.wake()  # all others follow the probe
            await self._created(job, created)

    async def _created(self, job: Job, created: Created) -> None:
        try:
            match created:
                case Finished():
                    await self._completion.complete(job, created)
                case Accepted(prediction_id=prediction_id):
                    await self._accepted(job, prediction_id)
        except Exception:  # noqa: BLE001 - a fault of our own, after the API has done its work: not to be paid again
            _log.exception("the create's answer could not be used", **about(job))
            await self._ending.fail(job, internal("the create's answer could not be used"))

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
        # Lost the race: to this prediction's own webhook, to that of an earlier create which had been given up, or to
        # the user who has cancelled meanwhile. Only the first of them still wants it.
        current = await persist(lambda: world.store.get(job.id))
        if current is not None and current.status is Status.SUBMITTING:
            # Nobody was faster: the name is another job's, whose prediction is not ours to cancel.
            await self._lost.doubt(current, UnknownOutcome("the API named a prediction that another job has"))
        elif current is not None and current.status is Status.CANCELLING and current.prediction_id is None:
            await self._cancelling.named(current, prediction_id)
        elif current is not None and current.prediction_id != prediction_id:
            await self._ending.cancel_upstream(current, prediction_id)

    async def _refused(self, job: Job, key_id: str, error: ProviderError) -> None:
        world = self._world
        world.observer.provider_error(job.provider, error.reason)
        _log.warning("the create failed", reason=error.reason, detail=error.detail, key=key_id, **about(job))
        world.breakers.failed(key_id, job.id, error)
        world.claim_due.wake()  # what waits may have to fail, or may follow the probe
        outage = world.breakers.outage(job.provider)
        match error:
            case UnknownOutcome():
                await self._lost.doubt(job, error)
            case Retryable(retry_after=wish) if (wish or 0) <= LONGEST_WISH:
                if outage is not None:  # the breaker decides when the next one is sent
                    await self._requeue(job, delay=int(1000 * (wish or 0)))
                elif job.attempts - job.unknown_creates < MOST_ATTEMPTS:
                    jitter = random.random()  # noqa: S311 - spreads load, guards nothing
                    await self._requeue(job, delay=retry_delay(attempts=job.attempts, retry_after=wish, jitter=jitter))
                else:
                    await self._ending.fail(job, failure_of(error))
            case _ if trouble_of(error) is Trouble.ACCOUNT and not (outage and outage.hopeless):
                await self._requeue(job, delay=0)  # another key takes over, now or when the service is back
            case _:
                await self._ending.fail(job, failure_of(error))

    async def _requeue(self, job: Job, *, delay: int) -> None:
        world = self._world
        at = world.clock.now() + delay
        queued = await persist(lambda: world.store.requeue(job.id, not_before=at, attempts=job.attempts))
        world.claim_due.wake()
        if queued is not None:
            world.observer.changed(queued, job.status)
            world.audience.follow(queued)
        else:
            await self._ending.cancelled(job)  # if that is why: nothing was created, so that nothing is to be stopped
