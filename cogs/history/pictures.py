"""Finds a result's images again: on our disk, or in the Discord messages that show them."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import discord
import structlog
import yarl

from cogs.delivery.marks import image_of, numbers_of
from cogs.delivery.trouble import TooLarge, WayClosed, translated
from jobs.archive import Archive
from jobs.model import Job, Posted
from jobs.ports import Clock, DeliveryDelayed
from jobs.status import Status
from jobs.world import about
from media.thumbnails import thumbnail

_log = structlog.get_logger(__name__)
_PATIENCE: Final = 5.0  # seconds for one message: a list is shown without what does not come by then
_MOST_LINKS: Final = 2_000  # kept in memory, some hundred bytes each
_MARGIN: Final = 10 * 60_000  # ms before its end at which a link is not handed out any more
_LIFE: Final = 10 * 60_000  # ms, for a link that does not say when it ends


@dataclass(frozen=True, kw_only=True)
class Stored:
    """All images, on our disk."""

    paths: Sequence[Path]


@dataclass(frozen=True, kw_only=True)
class Linked:
    """The images as Discord has them, message by message; those of deleted messages are missing."""

    messages: Sequence[Sequence[discord.Attachment]]

    @property
    def pictures(self) -> Sequence[discord.Attachment]:
        """All of them, in their order."""
        return [picture for message in self.messages for picture in message]


@dataclass(frozen=True, kw_only=True)
class Missing:
    """No image can be shown."""

    is_gone: bool  # for good: deleted, or dropped from the disk; otherwise it cannot be looked for right now


Found: TypeAlias = Stored | Linked | Missing
GONE: Final = Missing(is_gone=True)
UNSEEN: Final = Missing(is_gone=False)


class Pictures:
    """Looks for images. A link to one expires, so that it is asked for anew; while it lives it is remembered."""

    def __init__(self, client: discord.Client, archive: Archive, clock: Clock) -> None:
        self._client = client
        self._archive = archive
        self._clock = clock
        self._links: OrderedDict[int, tuple[int, str]] = OrderedDict()  # by message: until when, and which

    async def glimpses(self, jobs: Sequence[Job]) -> Mapping[str, str | bytes | Missing]:
        """For each job by its id its first image: a link, or a small picture."""
        return dict(zip((job.id for job in jobs), await asyncio.gather(*map(self._glimpse, jobs)), strict=True))

    async def find(self, job: Job) -> Found:
        """All images, looked for anew: it shows, too, whether their messages are still there.

        Raises:
            StoreUnavailable: nobody knows where they are.
        """
        # Of what stands in a message for everybody the files are removed in a moment: they may be there still.
        is_kept = job.stays_stored or job.status is not Status.DELIVERED
        if is_kept and (paths := await asyncio.to_thread(_there, self._archive.kept(job))):
            return Stored(paths=paths)
        found = await asyncio.gather(*(self._fetch(job, place) for place in await self._places(job)))
        messages = [shown for each in found if not isinstance(each, Missing) and (shown := _images(each, job))]
        if messages:
            return Linked(messages=messages)
        return UNSEEN if UNSEEN in found else GONE

    async def _glimpse(self, job: Job) -> str | bytes | Missing:
        if job.stays_stored or job.status is Status.UNDELIVERED:
            try:
                return await asyncio.to_thread(thumbnail, self._archive.kept(job)[0])
            except (OSError, IndexError) as error:
                _log.info("no stored image to be shown small", cause=type(error).__name__, **about(job))
        posted = job.posted
        if posted is None or not _can_be_read(job, posted):
            return GONE
        until, link = self._links.get(posted.message_id, (0, ""))
        if until - _MARGIN > self._clock.now():
            return link
        message = await self._fetch(job, posted)
        if isinstance(message, Missing):
            return message
        images = _images(message, job)
        return images[0].url if images else GONE

    async def _places(self, job: Job) -> Sequence[Posted]:
        """The messages of a result, in the order of their images."""
        parts = {
            numbers_of(post.part)[0]: Posted(channel_id=post.channel_id, message_id=post.message_id)
            for post in await self._archive.posts(job)
            if post.message_id is not None and numbers_of(post.part)
        }
        first = {1: job.posted} if job.posted is not None else {}
        places = dict.fromkeys(place for _, place in sorted((parts | first).items()))
        return [place for place in places if _can_be_read(job, place)]

    async def _fetch(self, job: Job, place: Posted) -> discord.Message | Missing:
        in_server = place.channel_id == job.order.channel_id
        guild_id = (job.order.guild_id or None) if in_server else None
        channel = self._client.get_partial_messageable(place.channel_id, guild_id=guild_id)
        try:
            async with asyncio.timeout(_PATIENCE):
                with translated():
                    try:
                        message = await channel.fetch_message(place.message_id)
                    except discord.NotFound:
                        self._links.pop(place.message_id, None)
                        return GONE
        except (WayClosed, TooLarge, DeliveryDelayed, TimeoutError) as error:
            _log.info("a posted result cannot be looked at", detail=str(error), **about(job))
            return UNSEEN
        if images := _images(message, job):
            self._remember(message.id, images[0].url)
        return message

    def _remember(self, message_id: int, link: str) -> None:
        self._links[message_id] = (ends_at(link, now=self._clock.now()), link)
        self._links.move_to_end(message_id)
        if len(self._links) > _MOST_LINKS:
            self._links.popitem(last=False)


def ends_at(link: str, *, now: int) -> int:
    """When a link ends (UTC ms), as it says itself in seconds and hexadecimal; ten minutes of use where it does not.

    Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
    """
    said = yarl.URL(link).query.get("ex", "")
    return int(said, 16) * 1000 if re.fullmatch(r"[0-9a-f]{1,10}", said) else now + _MARGIN + _LIFE


def _can_be_read(job: Job, place: Posted) -> bool:
    """Whether Discord shows that message to us once more; never an ephemeral one."""
    return not (job.stays_stored and place.channel_id == job.order.channel_id and job.order.guild_id)


def _images(message: discord.Message, job: Job) -> Sequence[discord.Attachment]:
    return [each for each in message.attachments if image_of(each.filename, job) is not None and each.width]


def _there(paths: Sequence[Path]) -> Sequence[Path]:
    return paths if paths and all(path.exists() for path in paths) else []
