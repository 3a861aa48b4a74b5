"""From the API's result to our disk, and from our disk to the user."""

import asyncio
from collections.abc import Sequence
from typing import Final, assert_never

import structlog

from jobs.ending import Ending
from jobs.errors import GenerationFailed, ProviderError, ResultUnusable, Retryable
from jobs.model import Failure, Job, StoredImage
from jobs.outcomes import Delivery, Finished, NowhereToPost, RemoteImage, Shown
from jobs.ports import DeliveryDelayed
from jobs.status import Status
from jobs.timing import deadline
from jobs.world import World, about, failure_of, internal, persist

_log = structlog.get_logger(__name__)
_MOST_IMAGES: Final = 10  # what one Discord message takes
_REFETCH: Final = 5_000  # ms
_MOST_FAULTS: Final = 3  # of our own, before a result is kept instead of posted
_PAUSE_FIRST: Final = 1.0  # seconds between two tries of a delivery
_PAUSE_LONGEST: Final = 30.0


class Completion:
    """Stores and delivers results. A webhook and a poll may bring the same news at once: one of them is taken."""

    def __init__(self, world: World, ending: Ending) -> None:
        self._world = world
        self._ending = ending
        self._busy: set[str] = set()

    async def complete(self, job: Job, finished: Finished) -> None:
        """The images exist: bring them to our disk, commit `delivering`, deliver."""
        if job.id in self._busy:
            return
        self._busy.add(job.id)
        try:
            await self._complete(job, finished)
        finally:
            self._busy.discard(job.id)

    async def _complete(self, job: Job, finished: Finished) -> None:
        world = self._world
        current = await persist(lambda: world.store.get(job.id))
        if current is None or current.status not in {Status.SUBMITTING, Status.UNCONFIRMED, Status.RUNNING}:
            return
        try:
            images = await self._fetch(current, finished.images)
        except Retryable as error:
            await self._not_yet(current, failure_of(ResultUnusable(error.detail)))
        except ProviderError as error:
            world.observer.provider_error(job.provider, error.reason)
            await self._ending.fail(current, failure_of(error))
        except OSError as error:
            await self._not_yet(current, internal(f"storing the result: {error}"))
        else:
            await self._stored(current, finished, images)

    async def _not_yet(self, job: Job, failure: Failure) -> None:
        """The images exist and could not be brought here: another look may, until the deadline; else it has failed."""
        world = self._world
        elapsed = world.clock.now() - (job.submitted_at or job.created_at)
        if job.status is not Status.RUNNING or elapsed > deadline(world.estimates.typical(job.request.model)):
            await self._ending.fail(job, failure)
            return
        _log.warning("the result could not be stored yet", detail=failure.detail, **about(job))
        at = world.clock.now() + _REFETCH
        await persist(lambda: world.store.schedule_poll(job.id, at=at))
        world.look_due.wake()
        world.audience.follow(job)

    async def _fetch(self, job: Job, links: Sequence[RemoteImage]) -> list[StoredImage]:
        """Raises what the first failing image raised, but only when none arrived or another look may help."""
        if not links:
            raise GenerationFailed("success without images")
        world = self._world
        folder = await world.files.prepare(job.id)
        # Progress stops while the images come, so that no edit is on its way when the result is posted.
        fetches = (
            world.source.fetch(image, folder / f"{number}")
            for number, image in enumerate(links[:_MOST_IMAGES], start=1)
        )
        fetched, _ = await asyncio.gather(
            asyncio.gather(*fetches, return_exceptions=True), world.audience.unfollow(job.id)
        )
        images = [image for image in fetched if isinstance(image, StoredImage)]
        for error in fetched:
            if isinstance(error, StoredImage):
                continue
            if not isinstance(error, ProviderError) or not images or isinstance(error, Retryable):
                raise error
            _log.warning("one image of several is missing", detail=error.detail, **about(job))
        await world.files.seal(job.id)
        return images

    async def _stored(self, job: Job, finished: Finished, images: Sequence[StoredImage]) -> None:
        world = self._world
        delivering = await persist(
            lambda: world.store.mark_delivering(
                job.id, images=images, cost=finished.cost, prediction_id=finished.prediction_id
            )
        )
        world.slot_freed.wake()
        if delivering is None:
            await world.files.discard(job.id)
            return
        if delivering.completed_at is not None and delivering.submitted_at is not None:
            world.estimates.learn(job.request.model, delivering.completed_at - delivering.submitted_at)
        _log.info("the images are stored", images=len(images), **about(job))
        world.observer.changed(delivering, job.status)
        world.tasks.spawn(f"deliver {job.id}", self.deliver(delivering))

    async def deliver(self, job: Job) -> None:
        """Post the result of a job in `delivering`, however often it takes."""
        world = self._world
        await world.audience.unfollow(job.id)
        try:
            delivery = await self._post(job)
        except OSError as error:
            await self._ending.fail(job, internal(f"reading the stored result: {error}"))
            return
        match delivery:
            case Shown(posted=posted):
                changed = await persist(lambda: world.store.mark_delivered(job.id, posted=posted))
                await world.files.discard(job.id)
                _log.info("delivered", message_id=posted.message_id, **about(job))
            case NowhereToPost(detail=detail):
                changed = await persist(lambda: world.store.mark_undelivered(job.id, detail=detail))
                _log.warning("nowhere to post the result; it is kept", detail=detail, **about(job))
            case _:
                assert_never(delivery)
        if changed is not None:
            world.observer.changed(changed, job.status)

    async def _post(self, job: Job) -> Delivery:
        world = self._world
        paths = [world.files.path(job.id, image) for image in job.images]
        pause, faults = _PAUSE_FIRST, 0
        while True:
            try:
                return await world.audience.deliver(job, paths, await world.usage(job))
            except DeliveryDelayed as delayed:
                _log.warning("the delivery is delayed", detail=str(delayed), pause_s=pause, **about(job))
            except OSError:
                raise
            except Exception:  # noqa: BLE001 - whatever it was, the result must not be lost by it
                faults += 1
                _log.exception("the delivery ended in an unexpected way", pause_s=pause, **about(job))
                if faults == _MOST_FAULTS:
                    return NowhereToPost(detail="unexpected exceptions")
            await asyncio.sleep(pause)
            pause = min(_PAUSE_LONGEST, 2 * pause)
