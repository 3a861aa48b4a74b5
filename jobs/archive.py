"""What a user can still ask about or has to be told: past jobs, kept results, ends that nobody told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.model import Job, Posted
from jobs.status import Status
from jobs.world import World

SHOWN: Final = 10  # jobs in a history
_AT_ONCE: Final = 10  # ends that are told with one message


class Archive:
    """Past jobs. What reads raises `StoreUnavailable`."""

    def __init__(self, world: World, ending: Ending, delivering: Delivering) -> None:
        self._world = world
        self._ending = ending
        self._delivering = delivering

    async def history(self, *, guild_id: int, user_id: int) -> Sequence[Job]:
        """The user's last ten jobs in this server: those whose result is kept first, then newest first."""
        return await self._world.store.history(guild_id=guild_id, user_id=user_id, limit=SHOWN)

    async def untold(self, *, guild_id: int, user_id: int) -> Sequence[Job]:
        """Jobs of the user here that ended without their learning of it; not those that are being told right now."""
        jobs = await self._world.store.untold(guild_id=guild_id, user_id=user_id, limit=_AT_ONCE)
        return [job for job in jobs if not self._ending.is_telling(job.id)]

    async def told(self, jobs: Sequence[Job]) -> None:
        """The user knows how these ended; harmless for those that they knew of, and for those that go on."""
        for job in jobs:
            if job.told_at is None and job.status in {Status.UNDELIVERED, Status.CANCELLED, Status.FAILED}:
                await self._world.store.mark_told(job.id)

    async def posted(self, job: Job) -> Sequence[Posted]:
        """Every message that was sent for the job: the parts of a split result, the notice that it is ready.

        What a response became by an edit, and was never noted, is not among them.
        """
        posts = await self._world.store.posts(job.id)
        return [
            Posted(channel_id=post.channel_id, message_id=post.message_id)
            for post in posts
            if post.message_id is not None
        ]

    def kept(self, job: Job) -> Sequence[Path]:
        """Where the images of an undelivered job lie, unless they were removed."""
        return self._delivering.paths(job)

    async def handed_over(self, job: Job, posted: Posted) -> None:
        """A kept result was shown to its user: it is delivered now, and its files are freed."""
        await self._delivering.posted(job, posted)
