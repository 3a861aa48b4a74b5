"""Looks after jobs at an asynchronous API until they are finished: polling guarantees what a webhook only hurries."""

from typing import Final

import structlog

from jobs.completion import Completion
from jobs.ending import Ending
from jobs.errors import Final as FinalError
from jobs.errors import OutOfCredit, ProviderError, Reason, Retryable, Unauthorised
from jobs.lost import Lost, not_offered
from jobs.model import Failure, Job
from jobs.outcomes import Finished, Polled, StillRunning
from jobs.sentence import say
from jobs.status import Status
from jobs.timing import deadline, patience
from jobs.world import World, about, failure_of, persist

_log = structlog.get_logger(__name__)
_LONGEST_SLEEP: Final = 30.0  # seconds
_AT_ONCE: Final = 50  # jobs taken with one query
_LEASE: Final = 120_000  # ms; when a look hangs or dies, the job is looked at again after this
_TROUBLE_PAUSE: Final = 5_000  # ms
_KEY_PAUSE: Final = 30_000  # ms


class Watcher:
    """The loop that polls what is due."""

    def __init__(self, world: World, completion: Completion, ending: Ending, lost: Lost) -> None:
        self._world = world
        self._completion = completion
        self._ending = ending
        self._lost = lost

    async def run(self) -> None:
        """Look for ever: at each appointment, and whenever the appointments change."""
        world = self._world
        while True:
            now, next_at = world.clock.now(), await world.store.next_poll_at()
            if next_at is not None and next_at <= now:
                for job in await world.store.take_due_polls(limit=_AT_ONCE, until=now + _LEASE):
                    world.tasks.spawn(f"poll {job.id}", self.look(job))
            else:
                pause = _LONGEST_SLEEP if next_at is None else (next_at - now) / 1000
                await world.look_due.wait(seconds=min(_LONGEST_SLEEP, pause))

    async def look(self, job: Job) -> None:
        """One look at one job that is due, with the next appointment or the end as the outcome."""
        if self._completion.is_busy(job.id):  # a webhook was faster: its images are on their way
            await self._put_off(job, pause=_TROUBLE_PAUSE)
            return
        if job.status is Status.UNCONFIRMED:
            await self._lost.look(job)
            return
        api = self._world.apis.get(job.provider)
        if api is None:  # a key that was replaced does no harm: the adapter asks with another one
            await self._ending.fail(job, not_offered())
            return
        try:
            await self._polled(job, await api.poll(job))
        except ProviderError as error:
            await self._trouble(job, error)
        except Exception:  # noqa: BLE001 - a fault of our own: logged, and no reason to forget the job or its end
            _log.exception("the look ended in an unexpected way", **about(job))
            await self._unlearnt(job, pause=_LEASE)

    async def _trouble(self, job: Job, error: ProviderError) -> None:
        self._world.observer.provider_error(job.provider, error.reason)
        _log.warning("the poll failed", reason=error.reason, detail=error.detail, key=job.key_id, **about(job))
        match error:
            case Unauthorised() | OutOfCredit():  # the job goes on there, and an operator can mend this in time
                self._world.breakers.refused_to_read(job.key_id, error)
                self._world.claim_due.wake()  # what waits may have to fail
                await self._unlearnt(job, pause=_KEY_PAUSE)
            case FinalError():
                await self._ending.fail(job, failure_of(error))
            case Retryable(retry_after=wish):
                await self._unlearnt(job, pause=max(_TROUBLE_PAUSE, int(1000 * (wish or 0))))
            case _:
                await self._unlearnt(job, pause=_TROUBLE_PAUSE)

    async def _polled(self, job: Job, polled: Polled) -> None:
        world = self._world
        match polled:
            case Finished():
                await self._completion.complete(job, polled)
            case StillRunning():
                elapsed = world.clock.now() - (job.submitted_at or job.created_at)
                if elapsed > deadline(world.typical(job)):
                    await self._give_up(job, detail=f"still running after {elapsed / 1000:.0f} s")
                else:
                    await self._put_off(job, pause=world.next_look(job, elapsed=elapsed))

    async def _unlearnt(self, job: Job, *, pause: int) -> None:
        """The look told nothing. Its images may be made and paid by now, so that the deadline alone is no reason."""
        silent = self._world.silent_for(job)
        if silent > patience(self._world.typical(job)):
            await self._give_up(job, detail=f"nothing was learnt of it for {silent / 1000:.0f} s")
        else:
            await self._put_off(job, pause=pause)

    async def _give_up(self, job: Job, *, detail: str) -> None:
        if job.prediction_id is not None:
            await self._ending.cancel_upstream(job, job.prediction_id)
        await self._ending.fail(job, _too_late(detail))

    async def _put_off(self, job: Job, *, pause: int) -> None:
        _log.debug("looked; not finished", polls=job.polls, next_in_ms=pause, **about(job))
        at = self._world.clock.now() + pause
        await persist(lambda: self._world.store.schedule_poll(job.id, at=at))
        self._world.look_due.wake()


def _too_late(detail: str) -> Failure:
    return Failure(
        reason=Reason.DEADLINE,
        user_message=say("The image service did not finish in time. Please try again."),
        detail=detail,
    )
