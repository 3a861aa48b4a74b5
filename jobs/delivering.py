"""From our disk to the user: a stored result is posted, however often it takes."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, assert_never

import structlog

from jobs.ending import Ending
from jobs.model import Job, Posted, Usage
from jobs.outcomes import Delivery, NowhereToPost, Shown
from jobs.ports import DeliveryDelayed
from jobs.world import World, about, internal, persist

_log = structlog.get_logger(__name__)
_PAUSE_FIRST: Final = 1.0  # seconds between two tries
_PAUSE_LONGEST: Final = 30.0
_MOST_FAULTS: Final = 3  # of our own, before a result is kept instead of posted
_LONGEST: Final = 24 * 3600 * 1000  # ms of trouble with Discord or the disk, before a result is kept
_REMIND: Final = 3600 * 1000  # ms between two warnings of one and the same trouble


class Delivering:
    """Takes jobs from `delivering` to their end."""

    def __init__(self, world: World, ending: Ending) -> None:
        self._world = world
        self._ending = ending

    async def deliver(self, job: Job, *, fresh: Usage | None = None) -> None:
        """Post the result of a job in `delivering`.

        `fresh`: it has come to be so in this moment, when the quota of its user stood so; nothing of it is posted yet.
        """
        world = self._world
        await world.audience.unfollow(job.id)
        try:
            delivery = await self._post(job, fresh)
        except FileNotFoundError as error:
            await self._ending.fail(job, internal(f"the stored result is gone: {error}"))
            return
        match delivery:
            case Shown(posted=posted):
                await self.posted(job, posted)
            case NowhereToPost(detail=detail):
                changed = await persist(lambda: world.store.mark_undelivered(job.id, detail=detail))
                _log.warning("nowhere to post the result; it is kept", detail=detail, **about(job))
                if changed is not None:
                    world.observer.changed(changed, job.status)
            case _:
                assert_never(delivery)

    async def posted(self, job: Job, posted: Posted) -> None:
        """The whole result can be seen by its user: a job in `delivering`, or a kept one, is delivered.

        Its images stay on the disk where nothing else could show them once more, until the retention removes them.
        """
        world = self._world
        changed = await persist(lambda: world.store.mark_delivered(job.id, posted=posted))
        if not job.stays_stored:
            await world.discard(job.id)
        if changed is not None:
            _log.info("delivered", message_id=posted.message_id, **about(job))
            world.observer.changed(changed, job.status)

    def paths(self, job: Job) -> Sequence[Path]:
        """Where the images of a stored result lie."""
        return [self._world.files.path(job.id, image) for image in job.images]

    async def _post(self, job: Job, fresh: Usage | None) -> Delivery:
        world = self._world
        pause, faults, remind_at = _PAUSE_FIRST, 0, 0
        # A start may come after a long time without any try.
        give_up_at = max(job.completed_at or job.created_at, world.started_at) + _LONGEST
        missing = max(0, job.request.images - len(job.images))
        while True:
            try:
                usage = fresh or await world.usage(job)
                is_first, fresh = fresh is not None, None
                # What is missing is given back with the settlement, which comes after the post.
                return await world.audience.deliver(job, self.paths(job), usage.changed(-missing), is_first=is_first)
            except FileNotFoundError:
                raise
            except (DeliveryDelayed, OSError) as delayed:
                now = world.clock.now()
                if now > give_up_at:
                    return NowhereToPost(detail=f"not posted within a day: {delayed}")
                if now >= remind_at:
                    _log.warning("the delivery is delayed", detail=str(delayed), **about(job))
                    remind_at = now + _REMIND
            except Exception:  # noqa: BLE001 - whatever it was, the result must not be lost by it
                faults += 1
                _log.exception("the delivery ended in an unexpected way", pause_s=pause, **about(job))
                if faults == _MOST_FAULTS:
                    return NowhereToPost(detail="unexpected exceptions")
            await asyncio.sleep(pause)
            pause = min(_PAUSE_LONGEST, 2 * pause)
