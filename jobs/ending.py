"""The ends without images: failed and cancelled; both refund and tell the user, once."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Final, assert_never

import structlog

from jobs.errors import ProviderError
from jobs.model import Failure, Job
from jobs.outcomes import NowhereToPost, Shown
from jobs.ports import DeliveryDelayed
from jobs.status import Status
from jobs.world import World, about, persist

_log = structlog.get_logger(__name__)
_PAUSE_FIRST: Final = 1.0  # seconds between two tries to tell a user
_PAUSE_LONGEST: Final = 60.0
_MOST_TRIES: Final = 15  # some ten minutes
_ONE_CREATE: Final = frozenset({Status.SUBMITTING, Status.UNCONFIRMED})  # what fails there is one create, no later one
_UNTOLD_ENDS: Final = frozenset({Status.FAILED, Status.CANCELLED})
_STILL_NEWS: Final = 24 * 3600 * 1000  # ms: what ended earlier is told at the user's next command, not by a start


class Ending:
    """Ends jobs without images."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._telling: set[str] = set()

    def is_telling(self, job_id: str) -> bool:
        """Whether this job's end is on its way to its user."""
        return job_id in self._telling

    async def fail(self, job: Job, failure: Failure, *, unknown: bool = False) -> None:
        """End the job without images, refund it, and tell its user.

        `unknown`: its last create is given up, and may have been paid.
        """
        store = self._world.store
        stored = job.status is Status.DELIVERING  # who does not know of the images must not give them up
        attempts = job.attempts if job.status in _ONE_CREATE else None
        failed = await self._end(
            job,
            lambda: store.mark_failed(job.id, failure, stored_too=stored, unknown=unknown, attempts=attempts),
        )
        if failed is not None:
            _log.warning("the job has failed", reason=failure.reason, detail=failure.detail, **about(job))
            if unknown:
                self._world.observer.create_given_up(failed)
            await self._ended(failed, job.status)

    async def cancelled(self, job: Job, *, unknown: bool = False) -> None:
        """End a job in `cancelling` of which nothing is left at its API; without effect in any other state.

        `unknown`: its last create is given up, and may have been paid.
        """
        cancelled = await self._end(job, lambda: self._world.store.mark_cancelled(job.id, unknown=unknown))
        if cancelled is not None:
            _log.info("cancelled", **about(job))
            if unknown:
                self._world.observer.create_given_up(cancelled)
            await self._ended(cancelled, Status.CANCELLING)

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
        except Exception:  # noqa: BLE001 - a fault of our own: logged, and no reason to hold what follows
            _log.exception("the cancel ended in an unexpected way", **about(job))

    async def tell_untold(self) -> None:
        """After a start: tell what the last process did not come to tell."""
        world = self._world
        for job in await world.store.to_tell(since=world.clock.now() - _STILL_NEWS):
            if job.id not in self._telling:
                self._telling.add(job.id)
                world.tasks.spawn(f"tell {job.id}", self._tell(job))

    async def _end(self, job: Job, write: Callable[[], Awaitable[Job | None]]) -> Job | None:
        first = job.id not in self._telling
        self._telling.add(job.id)  # before the commit: no command may find it untold while it is about to be told
        tries = 0

        async def attempt() -> Job | None:
            nonlocal tries
            tries += 1
            return await write()

        ended = await persist(attempt)
        if ended is None and first:
            # A repeated write finds nothing to change where the first was committed although its answer was lost.
            now = await persist(lambda: self._world.store.get(job.id)) if tries > 1 else None
            if now is not None and now.status in _UNTOLD_ENDS and now.told_at is None:
                return now
            self._telling.discard(job.id)
        return ended

    async def _ended(self, job: Job, previous: Status) -> None:
        world = self._world
        world.observer.changed(job, previous)
        world.claim_due.offer()
        await world.audience.unfollow(job.id)
        world.tasks.spawn(f"tell {job.id}", self._tell(job))
        await world.discard(job.id)

    async def _tell(self, job: Job) -> None:
        try:
            await self._try_to_tell(job)
        finally:
            self._telling.discard(job.id)

    async def _try_to_tell(self, job: Job) -> None:
        """Again and again while Discord has trouble; the refund does not depend on it.

        Whom it does not reach is told at their next command: the row says that they were not told.
        """
        world, pause = self._world, _PAUSE_FIRST
        for _ in range(_MOST_TRIES):
            try:
                told = await world.audience.tell_failure(job, await world.usage(job))
            except DeliveryDelayed as delayed:
                _log.warning("the user could not be told yet", detail=str(delayed), pause_s=pause, **about(job))
            else:
                match told:
                    case Shown():
                        await persist(lambda: world.store.mark_told(job.id))
                    case NowhereToPost(detail=detail):
                        _log.warning("no way is open to tell the user how it ended", detail=detail, **about(job))
                    case _:
                        assert_never(told)
                return
            await asyncio.sleep(pause)
            pause = min(_PAUSE_LONGEST, 2 * pause)
        _log.error("the user could not be told how it ended", **about(job))
