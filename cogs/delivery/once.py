"""Messages that nothing makes idempotent, sent once all the same: noted, sent, named, looked for after a doubt."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog

from cogs.delivery.marks import is_part, just_before
from cogs.delivery.posting import Poster
from cogs.delivery.trouble import TooLarge, WayClosed
from jobs.model import Job, Post, Posted
from jobs.records import PostRecords
from jobs.world import about, persist

_log = structlog.get_logger(__name__)
_MARGIN: Final = 120_000  # ms that the clocks may have drifted since the job was written down


class Once:
    """Keeps the notes.

    A kill, or an upload whose answer was lost, leaves a note without a message's id. What is there is then looked for
    in that channel, by the job's mark, before anything is sent again. Where the channel's history cannot be
    read any more, the message is sent again: nothing is lost, and within some minutes Discord knows it by its nonce.
    """

    def __init__(self, poster: Poster, records: PostRecords) -> None:
        self._poster = poster
        self._records = records

    async def known(self, job: Job) -> Mapping[str, Posted | None]:
        """Every part that was ever begun: where it is, or None when it is certainly, or as far as can be seen, nowhere.

        Raises:
            DeliveryDelayed: Discord has trouble; nothing must be sent yet.
        """
        posts = await persist(lambda: self._records.posts(job.id))
        return {post.part: await self._settled(job, post) for post in posts}

    async def send(self, job: Job, part: str, channel_id: int, send: Callable[[], Awaitable[Posted]]) -> Posted:
        """Send a part that is not known to be there; raises as `send` does, and only a doubt keeps the note."""
        await persist(lambda: self._records.begin_post(job.id, part, channel_id=channel_id))
        try:
            posted = await send()
        except (WayClosed, TooLarge):
            await persist(lambda: self._records.forget_post(job.id, part))
            raise
        await self.record(job, part, posted)
        return posted

    async def record(self, job: Job, part: str, posted: Posted) -> None:
        """This part is there."""
        await persist(lambda: self._records.name_post(job.id, part, posted=posted))

    async def _settled(self, job: Job, post: Post) -> Posted | None:
        if post.message_id is not None:
            return Posted(channel_id=post.channel_id, message_id=post.message_id)
        after = just_before(job, post.begun_at, margin=_MARGIN)
        try:
            found = await self._poster.find(
                job, post.channel_id, after=after, matches=lambda message: is_part(message, job, post.part)
            )
        except WayClosed as error:
            _log.info("what was posted cannot be looked for", part=post.part, detail=str(error), **about(job))
            return None
        if found is not None:
            _log.info("it had been posted already", part=post.part, message_id=found.message_id, **about(job))
            await self.record(job, post.part, found)
        return found
