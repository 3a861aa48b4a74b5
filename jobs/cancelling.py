"""From `cancelling` to `cancelled`: only once nothing of the job goes on at its API: until then it holds a slot."""

from typing import Final

import structlog

from jobs.doubts import BLIND, CREATE_LONGEST
from jobs.ending import Ending
from jobs.errors import Final as FinalError
from jobs.errors import OutOfCredit, ProviderError, Unauthorised
from jobs.lost import Lost
from jobs.model import Job
from jobs.outcomes import Finished
from jobs.ports import ImageApi
from jobs.signal import Signal
from jobs.status import Status
from jobs.timing import deadline
from jobs.world import World, about, persist

_log = structlog.get_logger(__name__)
_PAUSE_FIRST: Final = 1.0  # seconds between two looks at what is being cancelled
_PAUSE_LONGEST: Final = 30.0
_MOST_CANCELS: Final = 5  # times that the API is asked to stop one prediction; after that it is only watched


class Cancelling:
    """Stops jobs for their users."""

    def __init__(self, world: World, ending: Ending, lost: Lost) -> None:
        self._world = world
        self._ending = ending
        self._lost = lost
        self._waiting: dict[str, Signal] = {}

    async def cancel(self, job: Job, *, only_waiting: bool = False) -> bool:
        """Begin to stop a job for its user; False when it is too late for that.

        `only_waiting`: what was sent goes on. A synchronous API cannot be told to stop: once it has the job, the
        images are made and paid.

        Raises:
            StoreUnavailable: nothing has changed; the user may try again.
        """
        world = self._world
        model = world.catalog.get(job.request.model)
        sent_too = not only_waiting and (model is None or not model.synchronous)
        cancelling = await world.store.mark_cancelling(job.id, sent_too=sent_too)
        if cancelling is None:
            return False
        world.observer.changed(cancelling, job.status)
        world.tasks.spawn(f"cancel {job.id}", self.finish(cancelling))
        return True

    async def finish(self, job: Job) -> None:
        """Follow a job in `cancelling` to its end; a start does so for what the last process left."""
        if job.key_id is None:  # it waits for its first create, or for one more: nothing of it is at the API
            await self._ending.cancelled(job)
            return
        self._world.audience.follow(job)
        signal = self._waiting[job.id] = Signal()
        try:
            await self._follow(job, signal)
        finally:
            self._waiting.pop(job.id, None)

    async def named(self, job: Job, prediction_id: str) -> None:
        """What is to be stopped has a name at last: its create was answered, or found."""
        store = self._world.store
        named = await persist(lambda: store.name_cancelling(job.id, prediction_id=prediction_id))
        signal = self._waiting.get(job.id)
        if named is not None and signal is not None:
            signal.wake()

    async def _follow(self, job: Job, signal: Signal) -> None:
        """Every round reads the job anew: its create's answer or a webhook may have ended it, or told its name."""
        world, pause, cancels = self._world, _PAUSE_FIRST, 0
        if job.prediction_id is None and self._may_be_answered(job):
            await signal.wait(seconds=pause)
        while True:
            now = await persist(lambda: world.store.get(job.id))
            if now is None or now.status is not Status.CANCELLING:
                return
            api = world.apis.get(now.provider)
            if api is None:  # its keys were taken away: nobody can be asked
                await self._ending.cancelled(now, unknown=now.prediction_id is None)
                return
            if now.prediction_id is None:
                is_over = await self._look_for(now, api)
            else:
                if cancels < _MOST_CANCELS:
                    cancels += 1
                    await self._ending.cancel_upstream(now, now.prediction_id)
                is_over = await self._look_at(now, api)
            if is_over:
                return
            await signal.wait(seconds=pause)
            pause = min(_PAUSE_LONGEST, 2 * pause)

    async def _look_for(self, job: Job, api: ImageApi) -> bool:
        """Whether a create without a name is over: it is looked for as any lost one, and never sent again."""
        world = self._world
        model = world.catalog.get(job.request.model)
        if model is None:  # without it nobody can tell what belongs to it
            await self._ending.cancelled(job, unknown=True)
            return True
        execution, seen = await self._lost.search(job, model, api)
        if execution is not None:
            _log.info("the create to cancel is found", prediction_id=execution.id, **about(job))
            await self.named(job, execution.id)
            return False
        grace = world.lost_creates.grace
        if world.clock.now() - self._lost_at(job) < (grace if seen else BLIND * grace):
            return False
        _log.warning("a create of unknown outcome is given up; its user has cancelled it", **about(job))
        await self._ending.cancelled(job, unknown=True)
        return True

    async def _look_at(self, job: Job, api: ImageApi) -> bool:
        """Whether a prediction is over. An API may take a cancel and go on all the same, so it is asked."""
        world = self._world
        elapsed = world.clock.now() - max(job.submitted_at or job.created_at, world.started_at)
        if not await self._has_ended(job, api):
            if elapsed <= deadline(world.typical(job)):
                return False
            _log.warning("the API does not stop it, and is waited for no longer", **about(job))
        await self._ending.cancelled(job)
        return True

    async def _has_ended(self, job: Job, api: ImageApi) -> bool:
        world = self._world
        try:
            return isinstance(await api.poll(job), Finished)
        except ProviderError as error:
            if isinstance(error, FinalError) and not isinstance(error, Unauthorised | OutOfCredit):
                return True  # it has failed there, was stopped, or is not known any more
            world.observer.provider_error(job.provider, error.reason)
            world.breakers.refused_to_read(job.key_id, error)
            _log.warning("the poll failed", reason=error.reason, detail=error.detail, key=job.key_id, **about(job))
        except Exception:  # noqa: BLE001 - a fault of our own: logged, and no reason to forget the job or its slot
            _log.exception("the look ended in an unexpected way", **about(job))
        return False

    def _may_be_answered(self, job: Job) -> bool:
        """Whether its create is still on its way: then its answer tells more, and sooner, than a list."""
        return job.doubted_at is None and (job.submitted_at or job.created_at) >= self._world.started_at

    def _lost_at(self, job: Job) -> int:
        """From when on its create counts as lost (UTC ms); after a start the whole grace begins anew."""
        if self._may_be_answered(job):
            return (job.submitted_at or job.created_at) + CREATE_LONGEST
        return max(job.doubted_at or job.submitted_at or job.created_at, self._world.started_at)
