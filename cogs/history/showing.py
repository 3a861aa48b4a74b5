"""A kept result is shown where its user asks for it: ephemerally, in as many messages as it takes."""

from typing import Any

import discord

from cogs.delivery.contents import Contents, Message
from cogs.delivery.posting import keyword_arguments
from cogs.delivery.trouble import translated
from jobs.model import Job, Posted
from jobs.service import JobService


class Showing:
    """Answers a press with the images of an undelivered job."""

    def __init__(self, service: JobService, contents: Contents) -> None:
        self._service = service
        self._contents = contents

    async def show(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Show all of it, then mark it delivered. A kill in between leaves it kept: it can be asked for again.

        Raises:
            FileNotFoundError: its files are gone.
            StoreUnavailable: nothing was shown.
            WayClosed, TooLarge, DeliveryDelayed: Discord did not take it; it stays kept.
        """
        order, archive = job.order, self._service.archive
        usage = await self._service.usage(guild_id=order.guild_id, user_id=order.user_id)

        async def show(message: Message) -> Posted:
            with translated(with_reply_token=True):
                if 1 in message.numbers:
                    shown = await interaction.edit_original_response(
                        embed=message.content.embed,
                        attachments=message.content.open_files(),
                        view=message.content.view,
                    )
                    return Posted(channel_id=shown.channel.id, message_id=shown.id)
                more = await interaction.followup.send(ephemeral=True, wait=True, **keyword_arguments(message.content))
                return Posted(channel_id=more.channel.id, message_id=more.id)

        paths, limit = archive.kept(job), interaction.filesize_limit
        shown = await self._contents.show_all(job, paths, usage, shown={}, limit=limit, show=show)
        await archive.handed_over(job, shown[1])
