"""`/admin`: the commands that concern the whole server; other cogs add theirs to the group."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.admin.group import AdminCog, AdminGroup
from cogs.admin.pausing import REASON_LONGEST, Pausing


class Administration(AdminCog):
    """Offers the group, and has the commands of its own handed on to the parts that do them."""

    def __init__(self, bot: commands.AutoShardedBot, admin: AdminGroup, pausing: Pausing) -> None:
        super().__init__(admin)
        self._bot = bot
        self._admin = admin
        self._pausing = pausing

    async def cog_load(self) -> None:
        """Offer the group; what other cogs add to it later is offered as well."""
        self._bot.tree.add_command(self._admin)

    async def cog_unload(self) -> None:
        """Offer it no more."""
        self._bot.tree.remove_command(self._admin.name)

    @app_commands.command(name="pause", description=locale_str("Let nobody order images here; what waits is kept"))
    @app_commands.describe(reason=locale_str("What members are told when they try"))
    async def pause(
        self, interaction: discord.Interaction[Any], reason: Range[str, 1, REASON_LONGEST] | None = None
    ) -> None:
        """Pause the server."""
        await self._pausing.pause(interaction, reason or "")

    @app_commands.command(name="resume", description=locale_str("Let images be made here again"))
    async def resume(self, interaction: discord.Interaction[Any]) -> None:
        """Resume it."""
        await self._pausing.resume(interaction)
