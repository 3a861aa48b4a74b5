"""An attachment's bytes from Discord's own content network, and from nowhere else."""

import asyncio
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import discord
import structlog
from discord.http import Route

from jobs.sentence import Sentence, say

_log = structlog.get_logger(__name__)

LARGEST: Final = 25 * 1024 * 1024  # bytes
_AT_ONCE: Final = 2  # files in memory
_SECONDS: Final = 20.0
_HOSTS: Final = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/webp"})

TOO_LARGE: Final = say("This file is larger than 25 MB: I look into smaller ones only.")
NOT_FETCHED: Final = say("Discord did not give me this file just now. Please try again in a minute.")
NO_LINK: Final = say("This file is not at Discord: upload it with `/inspect` and its option `image`.")


def images_in(message: discord.Message) -> Sequence[discord.Attachment]:
    """The pictures that a message shows, or what it forwards does; of others' messages Discord may show us none."""
    forwarded = (attachment for snapshot in message.message_snapshots for attachment in snapshot.attachments)
    return [each for each in (*message.attachments, *forwarded) if is_image(each)]


def is_image(attachment: discord.Attachment) -> bool:
    """Whether Discord takes it for a PNG, JPEG or WebP."""
    return (attachment.content_type or "").partition(";")[0] in _TYPES


class Fetcher:
    """Downloads a few files at a time."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, attachment: discord.Attachment) -> bytes | Sentence:
        """The whole file, or the sentence that says why not."""
        if attachment.size > LARGEST:
            return TOO_LARGE
        if not _is_discords(attachment.url):
            return NO_LINK
        try:
            async with self._places, asyncio.timeout(_SECONDS):
                return await attachment.read()
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            _log.info("an attachment could not be read", cause=type(error).__name__)
            return NOT_FETCHED


def _is_discords(url: str) -> bool:
    """Whether a link leads to Discord's content network, or to what stands for Discord (`DISCORD_API_URL`)."""
    link, api = urlsplit(url), urlsplit(Route.BASE)
    if link.hostname in _HOSTS:
        return link.scheme == "https"
    return (link.scheme, link.netloc) == (api.scheme, api.netloc)
