"""From the API's result to our disk: the images are ours before anything is posted."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

import structlog

from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.errors import GenerationFailed, ProviderError, ResultUnusable, Retryable
from jobs.model import Failure, Job, StoredImage, Usage
from jobs.outcomes import Finished, ImageLink, RemoteImage
from jobs.status import FINISHED, Status
from jobs.timing import patience
from jobs.world import World, about, failure_of, internal, persist

_log = structlog.get_logger(__name__)
_MOST_IMAGES: Final = 10  # what one Discord message takes
_REFETCH: Final = 5.0  # seconds between two tries to bring the images here
_PATIENCE: Final = 5 * 60_000  # ms of such tries where no poll can bring the links again
_PATIENCE_FOR_THE_REST: Final = 60_000  # ms of such tries for what is missing, while the others wait on our disk
_UNFINISHED: Final = frozenset({Status.SUBMITTING, Status.UNCONFIRMED, Status.RUNNING})


class Completion:
    """Stores results. A webhook and a poll may bring the same news at once: one of them is taken."""

    def __init__(self, world: World, ending: Ending, delivering: Delivering) -> None:
        self._world = world
        self._ending = ending
        self._delivering = delivering
        self._busy: set[str] = set()
        # In the names of our files: those of a process that has taken over meanwhile have other names.
        self._mark: Final = secrets.token_hex(4)

    @property
    def busy(self) -> AbstractSet[str]:
        """The jobs whose images are on their way here: the API has made them."""
        return self._busy

    def is_busy(self, job_id: str) -> bool:
        """Whether this job's images are on their way here."""
        return job_id in self._busy

    async def complete(self, job: Job, finished: Finished, *, hearsay: bool = False) -> None:
        """The images exist: bring them to our disk, commit `delivering`, deliver.

        `hearsay`: the API itself has not said so. What cannot be used then fails no job, but has the API asked.
        """
        if job.id in self._busy:
            return
        self._busy.add(job.id)
        self._world.claim_due.offer()  # the API is done with it, however long the images take to us
        try:
            await self._complete(job, finished, hearsay=hearsay)
        finally:
            self._busy.discard(job.id)

    async def _complete(self, job: Job, finished: Finished, *, hearsay: bool) -> None:
        world = self._world
        give_up_at = world.clock.now() + _PATIENCE
        while True:
            current = await persist(lambda: world.store.get(job.id))
            if current is None or not is_awaited(current):
                return
            try:
                images = await self._fetch(current, finished.images)
            except Retryable as error:
                trouble = failure_of(ResultUnusable(error.detail))
            except ProviderError as error:
                world.observer.provider_error(job.provider, error.reason)
                if not hearsay:
                    await self._ending.fail(current, failure_of(error))
                    return
                trouble = failure_of(error)
            except OSError as error:
                trouble = internal(f"storing the result: {error}")
            else:
                await self._stored(current, finished, images)
                return
            _log.warning("the result could not be stored yet", detail=trouble.detail, **about(job))
            prediction_id = finished.prediction_id or current.prediction_id
            if prediction_id is not None and current.status is not Status.QUEUED:
                await self._look_again(current, prediction_id, trouble)
                return
            if world.clock.now() > give_up_at:
                await self._give_up(current, trouble)
                return
            await asyncio.sleep(_REFETCH)

    async def _give_up(self, job: Job, trouble: Failure) -> None:
        if job.status is not Status.QUEUED:  # else this result was that of an earlier create, and one more is sent
            await self._ending.fail(job, trouble)

    async def _look_again(self, job: Job, prediction_id: str, trouble: Failure) -> None:
        """The next poll brings the links again, until patience is over."""
        world = self._world
        if world.silent_for(job) > patience(world.typical(job)):
            await self._ending.fail(job, trouble)
            return
        at = world.clock.now() + int(1000 * _REFETCH)
        if job.status is Status.RUNNING:
            await persist(lambda: world.store.schedule_poll(job.id, at=at))
        else:  # its webhook was faster than the create's answer, or all that was ever heard of it
            await persist(lambda: world.store.mark_running(job.id, prediction_id=prediction_id, next_poll_at=at))
        world.look_due.wake()
        world.audience.follow(job)

    async def _fetch(self, job: Job, links: Sequence[RemoteImage]) -> list[StoredImage]:
        """What can be had. When some arrive and another's host has trouble, that one is tried for a minute more.

        Raises what went wrong only when none arrives, or when the fault is ours.
        """
        if not links:
            raise GenerationFailed("success without images")
        world = self._world
        folder = world.files.folder(job.id)
        missing = dict(enumerate(links[:_MOST_IMAGES], start=1))
        images: dict[int, StoredImage] = {}
        give_up_at = world.clock.now() + _PATIENCE_FOR_THE_REST
        while True:
            fetches = (world.source.fetch(link, folder / f"{number}-{self._mark}") for number, link in missing.items())
            # Progress stops while the images come, so that no edit is on its way when the result is posted.
            answers, _ = await asyncio.gather(
                asyncio.gather(*fetches, return_exceptions=True), world.audience.unfollow(job.id)
            )
            arrived, faults = _sorted(missing, answers)
            images |= arrived
            if not images:
                raise next((fault for fault in faults.values() if isinstance(fault, Retryable)), faults[min(faults)])
            for number, fault in faults.items():
                _log.warning("one image of several is missing", number=number, detail=fault.detail, **about(job))
            missing = {number: missing[number] for number, fault in faults.items() if isinstance(fault, Retryable)}
            if not missing or world.clock.now() >= give_up_at:
                await world.files.seal(job.id)
                return [images[number] for number in sorted(images)]
            await asyncio.sleep(_REFETCH)

    async def _stored(self, job: Job, finished: Finished, images: Sequence[StoredImage]) -> None:
        world = self._world
        delivering, usage = await asyncio.gather(
            persist(
                lambda: world.store.mark_delivering(
                    job.id, images=images, cost=finished.cost, prediction_id=finished.prediction_id
                )
            ),
            self._usage(job),  # which this does not change
        )
        if job.unknown_creates:  # else its slot is free since `complete` has begun
            world.claim_due.offer()
        if delivering is None and (delivering := await self._committed(job, images)) is None:
            return
        self._learn(delivering, finished)
        _log.info("the images are stored", images=len(images), **about(job))
        world.observer.changed(delivering, job.status)
        world.tasks.spawn(f"deliver {job.id}", self._delivering.deliver(delivering, fresh=usage))

    async def _usage(self, job: Job) -> Usage | None:
        try:
            return await self._world.usage(job)
        except Exception:  # noqa: BLE001 - a fault of our own, which the delivery meets again and deals with
            _log.exception("the quota could not be read", **about(job))
            return None

    async def _committed(self, job: Job, images: Sequence[StoredImage]) -> Job | None:
        """The job where an earlier try of ours has won although nobody could say so; else our files go, if they may."""
        world = self._world
        current = await persist(lambda: world.store.get(job.id))
        if current is not None and current.status is Status.DELIVERING and current.images == tuple(images):
            return current
        if current is None or current.status in FINISHED - {Status.UNDELIVERED}:  # else somebody needs the folder
            await world.discard(job.id)
        return None

    def _learn(self, job: Job, finished: Finished) -> None:
        """Best from what the API itself measured; what waited for our restart tells nothing of the model."""
        duration = finished.duration
        if duration is None and job.submitted_at is not None and job.submitted_at >= self._world.started_at:
            duration = (job.completed_at or job.submitted_at) - job.submitted_at
        if duration is not None:
            self._world.estimates.learn(job.request.model, duration)
            self._world.forecasts.learn(job.request, duration)


def is_awaited(job: Job) -> bool:
    """Whether a result of the job is still of use: also while it waits for one more create, the last given up."""
    return job.status in _UNFINISHED or (job.status is Status.QUEUED and job.unknown_creates > 0)


def _sorted(
    links: Mapping[int, RemoteImage], answers: Sequence[StoredImage | BaseException]
) -> tuple[dict[int, StoredImage], dict[int, ProviderError]]:
    """What arrived and what did not, by number; what is no `ProviderError` is raised."""
    arrived: dict[int, StoredImage] = {}
    faults: dict[int, ProviderError] = {}
    for (number, link), answer in zip(links.items(), answers, strict=True):
        match answer:
            case StoredImage():
                arrived[number] = replace(answer, url=link.url if isinstance(link, ImageLink) else None)
            case ProviderError():
                faults[number] = answer
            case _:
                raise answer
    return arrived, faults
