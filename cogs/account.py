"""`/quota`: where one stands."""

from typing import Any

import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.embeds import quota_embed, sentence_embed
from cogs.place import everywhere, guild_of, roles_of
from cogs.refusals import STORE_TROUBLE
from jobs.ports import StoreUnavailable
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)


class Account(commands.Cog):
    """A member's own affairs."""

    def __init__(self, service: JobService) -> None:
        self._service = service

    @app_commands.command(name="quota", description=locale_str("How many images you have left here, and until when"))
    @everywhere
    async def quota(self, interaction: discord.Interaction[Any]) -> None:
        """Show one's own use, to oneself."""
        words = Words(interaction.locale.value)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            usage = await self._service.usage(
                guild_id=guild_of(interaction), user_id=interaction.user.id, roles=roles_of(interaction)
            )
        except StoreUnavailable as error:
            _log.info("a quota could not be read", cause=str(error))
            await interaction.edit_original_response(embed=sentence_embed(STORE_TROUBLE, words))
            return
        await interaction.edit_original_response(embed=quota_embed(usage, words))
