"""The ways to a user: the interaction's own response, the channel, a direct message."""

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import discord
from discord import ui

from cogs.delivery.trouble import WayClosed, translated
from jobs.model import Job, Posted
from jobs.ports import Clock

TOKEN_MARGIN: Final = 5_000  # ms before its end at which an interaction's token is not begun with any more
MOST_LOOKED_AT: Final = 1_000  # messages of a channel, in which one of ours is looked for


@dataclass(frozen=True, kw_only=True)
class Content:
    """A message to show, however it gets there. Files are opened anew at each try."""

    embed: discord.Embed
    view: ui.View | None = None
    files: Sequence[tuple[str, Path | bytes]] = field(default=())  # the name in Discord, and the file or its bytes

    def open_files(self) -> list[discord.File]:
        """Freshly opened files, to be given to discord.py, which closes them."""
        return [
            discord.File(io.BytesIO(source) if isinstance(source, bytes) else source, filename=name)
            for name, source in self.files
        ]


class Poster:
    """Sends, edits, looks for and deletes messages of jobs, whether or not their interaction still lives.

    Everything raises `WayClosed`, `TooLarge` and `DeliveryDelayed`, as `cogs.delivery.trouble` explains them.
    """

    def __init__(self, client: discord.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def can_edit_reply(self, job: Job) -> bool:
        """Whether the interaction's token is still good."""
        return job.order.reply.message_id is not None and self.can_follow_up(job)

    def can_follow_up(self, job: Job) -> bool:
        """The same where there is no response to edit: one more message may be sent through the interaction."""
        return self._clock.now() < job.order.reply.expires_at - TOKEN_MARGIN

    async def edit_reply(self, job: Job, content: Content) -> Posted:
        """Edit the interaction's response: idempotent by nature."""
        message_id = job.order.reply.message_id
        if message_id is None:
            raise WayClosed("the response was never named")
        with translated(with_reply_token=True):
            await self._webhook(job).edit_message(
                message_id,
                content=None,
                embed=content.embed,
                attachments=content.open_files(),
                view=content.view,
            )
        return Posted(channel_id=job.order.channel_id, message_id=message_id)

    async def edit_response(self, job: Job, content: Content) -> Posted:
        """The same without files, and for what is public also after the interaction's token has ended."""
        message_id = job.order.reply.message_id
        if message_id is None or job.order.private or self.can_edit_reply(job):
            return await self.edit_reply(job, content)
        message = self._channel(job.order.channel_id, job).get_partial_message(message_id)
        with translated():
            await message.edit(content=None, embed=content.embed, view=content.view)
        return Posted(channel_id=job.order.channel_id, message_id=message_id)

    async def response(self, job: Job) -> discord.Message:
        """The interaction's response as everybody sees it; needs Read Message History, and no token."""
        if job.order.private or job.order.reply.message_id is None:
            raise WayClosed("there is no response that everybody sees")
        channel = self._channel(job.order.channel_id, job)
        with translated():
            return await channel.fetch_message(job.order.reply.message_id)

    async def follow_up(self, job: Job, content: Content | None, *, text: str) -> Posted:
        """Send another message through the interaction, as private as its response.

        Nothing makes this one idempotent: Discord has no nonce here, and discord.py repeats it by itself after a 5xx.
        """
        with translated(with_reply_token=True):
            message = await self._webhook(job).send(
                text, ephemeral=job.order.private, wait=True, **keyword_arguments(content)
            )
        return Posted(channel_id=job.order.channel_id, message_id=message.id)

    async def send(
        self, job: Job, channel_id: int, content: Content | None, *, text: str, nonce: str, reply_to: int | None = None
    ) -> Posted:
        """Send a message to a channel; the text may mention the job's user, and nobody else.

        The nonce, of at most 25 characters, makes a repetition within minutes harmless.
        """
        extras = keyword_arguments(content)
        if reply_to is not None:
            extras["reference"] = discord.MessageReference(
                message_id=reply_to, channel_id=channel_id, fail_if_not_exists=False
            )
        mentions = discord.AllowedMentions(users=[discord.Object(job.order.user_id)])
        with translated():
            message = await self._channel(channel_id, job).send(
                text, nonce=nonce, allowed_mentions=mentions, mention_author=False, **extras
            )
        return Posted(channel_id=channel_id, message_id=message.id)

    def server_name(self, job: Job) -> str | None:
        """What the job's server is called; None where Discord has not told, or the bot is no member any more."""
        guild = self._client.get_guild(job.order.guild_id)
        return guild.name if guild is not None else None

    async def open_direct(self, job: Job) -> int:
        """The channel of direct messages with the job's user; whether they take any shows only when one is sent."""
        with translated():
            return (await self._client.create_dm(discord.Object(job.order.user_id))).id

    async def find(
        self, job: Job, channel_id: int, *, after: int, matches: Callable[[discord.Message], bool]
    ) -> Posted | None:
        """The first of the bot's own messages since a snowflake that matches, among the next thousand.

        Without Read Message History Discord shows none.
        """
        own = self._client.user.id if self._client.user is not None else None
        channel = self._channel(channel_id, job)
        with translated():
            async for message in channel.history(limit=MOST_LOOKED_AT, after=discord.Object(after), oldest_first=True):
                if message.author.id == own and matches(message):
                    return Posted(channel_id=channel_id, message_id=message.id)
        return None

    async def delete(self, job: Job, posted: Posted) -> bool:
        """Delete a message of the job; False: it stays, since this way to it is closed. Harmless when it is gone.

        What only its user sees, and where the bot is no member, can be reached only while the token lives.
        """
        at_the_order = posted.channel_id == job.order.channel_id
        if at_the_order and (job.order.private or job.order.is_direct) and self.can_edit_reply(job):
            with contextlib.suppress(WayClosed), translated(with_reply_token=True):
                await self._webhook(job).delete_message(posted.message_id)
            return True
        if at_the_order and job.order.private:
            return True  # Discord itself forgets it
        channel = self._channel(posted.channel_id, job)
        try:
            with translated():
                await channel.get_partial_message(posted.message_id).delete()
        except WayClosed as closed:
            return isinstance(closed.__cause__, discord.NotFound)
        return True

    async def close_stale_reply(self, job: Job, text: str) -> None:
        """The "generating" message says what has become of it; a private one only while its token lives."""
        message_id = job.order.reply.message_id
        if message_id is None:
            return
        if self.can_edit_reply(job):
            with contextlib.suppress(WayClosed), translated(with_reply_token=True):
                await self._webhook(job).edit_message(message_id, content=text, embed=None, attachments=[], view=None)
                return
        if job.order.private:
            return
        message = self._channel(job.order.channel_id, job).get_partial_message(message_id)
        with translated():
            await message.edit(content=text, embed=None, view=None)

    def _channel(self, channel_id: int, job: Job) -> discord.PartialMessageable:
        in_server = channel_id == job.order.channel_id and not job.order.is_direct
        return self._client.get_partial_messageable(channel_id, guild_id=job.order.guild_id if in_server else None)

    def _webhook(self, job: Job) -> discord.Webhook:
        reply = job.order.reply
        webhook = discord.Webhook.partial(id=reply.application_id, token=reply.token, client=self._client)
        webhook.type = discord.WebhookType.application  # else discord.py sends nothing ephemeral through it
        return webhook


def keyword_arguments(content: Content | None) -> dict[str, Any]:
    """What discord.py is to send for it, its files freshly opened."""
    if content is None:
        return {}
    extras: dict[str, Any] = {"embed": content.embed, "files": content.open_files()}
    if content.view is not None:
        extras["view"] = content.view
    return extras
