"""The ends without images: failed and cancelled; both refund and tell the user."""

import dataclasses

import structlog

from jobs.errors import ProviderError
from jobs.model import Failure, Job
from jobs.status import Status
from jobs.world import World, about, persist

_log = structlog.get_logger(__name__)


class Ending:
    """Fails and cancels jobs."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def fail(self, job: Job, failure: Failure) -> None:
        """End the job without images, refund it, and tell its user."""
        store = self._world.store
        failed = await persist(lambda: store.mark_failed(job.id, failure))
        if failed is not None:
            _log.warning("the job has failed", reason=failure.reason, detail=failure.detail, **about(job))
            await self._ended(failed, job.status)

    async def cancel(self, job: Job) -> bool:
        """Stop a job for its user; False when it is too late for that.

        Raises:
            StoreUnavailable: nothing has changed; the user may try again.
        """
        cancelling = await self._world.store.mark_cancelling(job.id)
        if cancelling is None:
            return False
        self._world.observer.changed(cancelling, job.status)
        await self.finish_cancelling(cancelling)
        return True

    async def finish_cancelling(self, job: Job) -> None:
        """Tell the API where it can be told, then refund."""
        if job.prediction_id is not None:
            await self.cancel_upstream(job, job.prediction_id)
        cancelled = await persist(lambda: self._world.store.mark_cancelled(job.id))
        if cancelled is not None:
            _log.info("cancelled", **about(job))
            await self._ended(cancelled, job.status)

    async def cancel_upstream(self, job: Job, prediction_id: str) -> None:
        """Ask the API to stop working on it: best effort."""
        api = self._world.apis.get(job.provider)
        if api is None:
            return
        try:
            await api.cancel(dataclasses.replace(job, prediction_id=prediction_id))
        except ProviderError as error:
            self._world.observer.provider_error(job.provider, error.reason)
            _log.info("the API did not cancel", detail=error.detail, **about(job))

    async def _ended(self, job: Job, previous: Status) -> None:
        world = self._world
        world.observer.changed(job, previous)
        world.slot_freed.wake()
        await world.audience.unfollow(job.id)
        await world.files.discard(job.id)
        await world.audience.tell_failure(job, await world.usage(job))
