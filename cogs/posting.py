"""The ways to a user: the interaction's own response, the channel, a direct message."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import aiohttp
import discord
from discord import ui

from jobs.model import Job, Posted
from jobs.ports import Clock, DeliveryDelayed

TOKEN_MARGIN: Final = 5_000  # ms before its end at which an interaction's token is not begun with any more
_TOO_LARGE: Final = 40005  # Discord's code: request entity too large


@dataclass(frozen=True, kw_only=True)
class Content:
    """A message to show, however it gets there. Files are opened anew at each try."""

    embed: discord.Embed
    view: ui.View
    files: Sequence[tuple[str, Path | bytes]] = field(default=())  # the name in Discord, and the file or its bytes

    def open_files(self) -> list[discord.File]:
        """Freshly opened files, to be given to discord.py, which closes them."""
        return [
            discord.File(io.BytesIO(source) if isinstance(source, bytes) else source, filename=name)
            for name, source in self.files
        ]


class WayClosed(Exception):
    """This way to the user is closed for good; another one may be open."""


class TooLarge(Exception):
    """Discord takes no message of this size here."""


class Poster:
    """Sends and edits messages for jobs, whether or not their interaction still lives."""

    def __init__(self, client: discord.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def can_edit_reply(self, job: Job) -> bool:
        """Whether the interaction's token is still good."""
        reply = job.order.reply
        return reply.message_id is not None and self._clock.now() < reply.expires_at - TOKEN_MARGIN

    async def edit_reply(self, job: Job, content: Content) -> Posted:
        """Edit the interaction's response: idempotent by nature.

        Raises:
            WayClosed: the token has ended, or the message is gone.
            TooLarge: the files are too large for this channel.
            DeliveryDelayed: Discord has trouble.
        """
        message_id = job.order.reply.message_id
        if message_id is None:
            raise WayClosed("the response was never named")
        webhook = self._webhook(job)
        with _translated(with_reply_token=True):
            await webhook.edit_message(
                message_id,
                content=None,
                embed=content.embed,
                attachments=content.open_files(),
                view=content.view,
            )
        return Posted(channel_id=job.order.channel_id, message_id=message_id)

    async def follow_up(self, job: Job, text: str) -> None:
        """Say something privately after a private result; raises as `edit_reply` does."""
        with _translated(with_reply_token=True):
            await self._webhook(job).send(text, ephemeral=True)

    async def send_to_channel(
        self, job: Job, content: Content | None, *, text: str, nonce: str, reply_to: int | None = None
    ) -> Posted:
        """Send a message that mentions the user; the nonce makes a repetition within minutes harmless."""
        channel = self._client.get_partial_messageable(job.order.channel_id, guild_id=job.order.guild_id)
        return await self._send(channel, job, content, text=text, nonce=nonce, reply_to=reply_to)

    async def send_direct(self, job: Job, content: Content, *, text: str, nonce: str) -> Posted:
        """Send a direct message; raises as `edit_reply` does."""
        with _translated():
            channel = await self._client.create_dm(discord.Object(job.order.user_id))
        return await self._send(channel, job, content, text=text, nonce=nonce, reply_to=None)

    async def close_stale_reply(self, job: Job, text: str) -> None:
        """The "generating" message says what has become of it; a private one only while its token lives.

        Raises as `edit_reply` does.
        """
        message_id = job.order.reply.message_id
        if message_id is None:
            return
        if self.can_edit_reply(job):
            with contextlib.suppress(WayClosed), _translated(with_reply_token=True):
                await self._webhook(job).edit_message(message_id, content=text, embed=None, attachments=[], view=None)
                return
        if job.order.private:
            return
        channel = self._client.get_partial_messageable(job.order.channel_id, guild_id=job.order.guild_id)
        with _translated():
            await channel.get_partial_message(message_id).edit(content=text, embed=None, view=None)

    async def _send(
        self,
        channel: discord.abc.Messageable,
        job: Job,
        content: Content | None,
        *,
        text: str,
        nonce: str,
        reply_to: int | None,
    ) -> Posted:
        extras: dict[str, Any] = {}
        if content is not None:
            extras = {"embed": content.embed, "files": content.open_files(), "view": content.view}
        if reply_to is not None:
            extras["reference"] = discord.MessageReference(
                message_id=reply_to, channel_id=job.order.channel_id, fail_if_not_exists=False
            )
        mentions = discord.AllowedMentions(users=[discord.Object(job.order.user_id)])
        with _translated():
            message = await channel.send(text, nonce=nonce, allowed_mentions=mentions, mention_author=False, **extras)
        return Posted(channel_id=message.channel.id, message_id=message.id)

    def _webhook(self, job: Job) -> discord.Webhook:
        reply = job.order.reply
        webhook = discord.Webhook.partial(id=reply.application_id, token=reply.token, client=self._client)
        webhook.type = discord.WebhookType.application  # else discord.py sends nothing ephemeral through it
        return webhook


@contextlib.contextmanager
def _translated(*, with_reply_token: bool = False) -> Iterator[None]:
    """Turns discord.py's and aiohttp's exceptions into the three that a sender has to know.

    A 401 ends the way of an interaction's token; on the bot's own routes it means that the bot's token was reset,
    which its operator mends, so that the way opens again.
    """
    try:
        yield
    except discord.HTTPException as error:
        if error.code == _TOO_LARGE or error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise TooLarge(_told(error)) from error
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR or error.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise DeliveryDelayed(_told(error)) from error
        if error.status == HTTPStatus.UNAUTHORIZED and not with_reply_token:
            raise DeliveryDelayed(_told(error)) from error
        # 401, 403, 404: token ended, permission lost, message deleted. Another 400 is final here too.
        raise WayClosed(_told(error)) from error
    except (discord.RateLimited, aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        raise DeliveryDelayed(type(error).__name__) from error


def _told(error: discord.HTTPException) -> str:
    # Only numbers: Discord's text may repeat what was sent.
    return f"HTTP {error.status}, code {error.code}"
