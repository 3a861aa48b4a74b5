"""Shows stored results where their user asks for them: ephemerally, in as many messages as it takes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import discord
from discord import ui

from cogs.delivery.contents import Contents, Message
from cogs.delivery.posting import keyword_arguments
from cogs.delivery.trouble import translated
from jobs.model import Job, Posted
from jobs.service import JobService


class Showing:
    """Answers a press with images that lie on our disk."""

    def __init__(self, service: JobService, contents: Contents) -> None:
        self._service = service
        self._contents = contents

    async def hand_over(self, interaction: discord.Interaction[Any], job: Job) -> None:
        """Show all of a kept result, then mark it delivered.

        A kill in between leaves it kept: it can be asked for again.

        Raises:
            FileNotFoundError: its files are gone.
            StoreUnavailable: nothing was shown.
            WayClosed, TooLarge, DeliveryDelayed: Discord did not take it; it stays kept.
        """
        archive = self._service.archive
        shown = await self._show(interaction, job, archive.kept(job))
        await archive.handed_over(job, shown)

    async def show_again(
        self,
        interaction: discord.Interaction[Any],
        job: Job,
        paths: Sequence[Path],
        *,
        embed: discord.Embed,
        view: ui.View,
    ) -> None:
        """Show a stored result once more, with other words than when it was delivered.

        Raises:
            As `hand_over` does.
        """
        await self._show(interaction, job, paths, embed=embed, view=view)

    async def _show(
        self,
        interaction: discord.Interaction[Any],
        job: Job,
        paths: Sequence[Path],
        *,
        embed: discord.Embed | None = None,
        view: ui.View | None = None,
    ) -> Posted:
        order = job.order
        usage = await self._service.usage(guild_id=order.guild_id, user_id=order.user_id, roles=order.roles)

        async def show(message: Message) -> Posted:
            with translated(with_reply_token=True):
                if 1 in message.numbers:
                    shown = await interaction.edit_original_response(
                        embed=embed or message.content.embed,
                        attachments=message.content.open_files(),
                        view=view or message.content.view,
                    )
                    return Posted(channel_id=shown.channel.id, message_id=shown.id)
                more = await interaction.followup.send(ephemeral=True, wait=True, **keyword_arguments(message.content))
                return Posted(channel_id=more.channel.id, message_id=more.id)

        places = await self._contents.show_all(job, paths, usage, shown={}, limit=interaction.filesize_limit, show=show)
        return places[1]
