"""What a user can still ask about or has to be told: past jobs, kept results, ends that nobody told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from jobs.delivering import Delivering
from jobs.ending import Ending
from jobs.history import Pages
from jobs.model import Job, Post, Posted
from jobs.status import Status
from jobs.world import World

_AT_ONCE: Final = 10  # ends that are told with one message


class Archive:
    """Past jobs. What reads raises `StoreUnavailable`."""

    def __init__(self, world: World, ending: Ending, delivering: Delivering) -> None:
        self._world = world
        self._ending = ending
        self._delivering = delivering
        self.pages: Final = Pages(world.store)

    async def untold(self, *, guild_id: int, user_id: int) -> Sequence[Job]:
        """Jobs of the user here that ended without their learning of it; not those that are being told right now."""
        jobs = await self._world.store.untold(guild_id=guild_id, user_id=user_id, limit=_AT_ONCE)
        return [job for job in jobs if not self._ending.is_telling(job.id)]

    async def told(self, jobs: Sequence[Job]) -> None:
        """The user knows how these ended; harmless for those that they knew of, and for those that go on."""
        for job in jobs:
            if job.told_at is None and job.status in {Status.UNDELIVERED, Status.CANCELLED, Status.FAILED}:
                await self._world.store.mark_told(job.id)

    async def posts(self, job: Job) -> Sequence[Post]:
        """Every message that was noted for the job: the parts of a split result, the notice that it is ready."""
        return await self._world.store.posts(job.id)

    async def posted(self, job: Job) -> Sequence[Posted]:
        """Every message that shows or tells something of the job, as far as it is known."""
        posts = await self._world.store.posts(job.id)
        places = [
            Posted(channel_id=post.channel_id, message_id=post.message_id)
            for post in posts
            if post.message_id is not None
        ]
        return list(dict.fromkeys([*places, *([job.posted] if job.posted is not None else [])]))

    def kept(self, job: Job) -> Sequence[Path]:
        """Where the images of a job lie, if they are on our disk."""
        return self._delivering.paths(job)

    async def handed_over(self, job: Job, posted: Posted) -> None:
        """A kept result was shown to its user: it is delivered now."""
        await self._delivering.posted(job, posted)

    async def reposted(self, job: Job, posted: Posted) -> None:
        """Its user had it posted once more: whoever deletes the result deletes that message too."""
        await self._world.store.name_post(job.id, f"repost {posted.message_id}", posted=posted)

    async def mark(self, job: Job, *, is_favourite: bool) -> None:
        """Its user marks a result as a favourite, or takes the mark back."""
        await self._world.store.mark_favourite(job, is_one=is_favourite)

    async def hide(self, job: Job) -> None:
        """Its user deleted what was posted: their history forgets it, and its files are freed."""
        if await self._world.store.hide(job.id) is not None:
            await self._world.discard(job.id)
