"""Messages that must not be sent twice: each is noted before its send and named after it."""

from collections.abc import Sequence
from typing import Any

from jobs.model import Job, Post, Posted
from storage.part import Part, write
from storage.rows import job_or_none


class Posts(Part):
    """The store's part that remembers what was posted for a job."""

    async def posts(self, job_id: str) -> Sequence[Post]:
        """Everything that was begun for a job, the oldest first."""
        async with self._engine.reading() as connection:
            posts = [
                Post(
                    part=row["part"],
                    channel_id=row["channel_id"],
                    begun_at=row["begun_at"],
                    message_id=row["message_id"],
                )
                async for row in self._sql.posts(connection, job_id=job_id)
            ]
        return sorted(posts, key=lambda post: (post.begun_at, post.part))

    @write
    async def begin_post(self, connection: Any, job_id: str, part: str, *, channel_id: int) -> None:
        """This message is about to be sent; one that has its name already is left as it is."""
        await self._sql.begin_post(connection, job_id=job_id, part=part, channel_id=channel_id, now=self._clock.now())

    @write
    async def name_post(self, connection: Any, job_id: str, part: str, *, posted: Posted) -> None:
        """This message is there."""
        await self._sql.name_post(
            connection,
            job_id=job_id,
            part=part,
            channel_id=posted.channel_id,
            message_id=posted.message_id,
            now=self._clock.now(),
        )

    @write
    async def forget_post(self, connection: Any, job_id: str, part: str) -> None:
        """Discord refused this message, so it is certainly not there; one that has a name stays."""
        await self._sql.forget_post(connection, job_id=job_id, part=part)

    async def job_of_message(self, message_id: int) -> Job | None:
        """The job that a message was sent for, or whose result was edited into it."""
        async with self._engine.reading() as connection:
            return job_or_none(await self._sql.job_of_message(connection, message_id=message_id))
