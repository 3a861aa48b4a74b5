"""`/quota`: where one stands."""

from typing import Any

import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.embeds import sentence_embed
from cogs.place import everywhere, guild_of, roles_of
from cogs.quota.embeds import quota_embed
from cogs.refusals import STORE_TROUBLE, banned
from jobs.ports import StoreUnavailable
from jobs.servers.allowance import is_exempt
from jobs.servers.people import People
from jobs.servers.servers import Servers
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)


class Account(commands.Cog):
    """A member's own affairs."""

    def __init__(self, service: JobService, servers: Servers, people: People) -> None:
        self._service = service
        self._servers = servers
        self._people = people

    @app_commands.command(name="quota", description=locale_str("How many images you have left here, and until when"))
    @everywhere
    async def quota(self, interaction: discord.Interaction[Any]) -> None:
        """Show one's own use, to oneself."""
        words = Words(interaction.locale.value)
        guild_id, user_id, roles = guild_of(interaction), interaction.user.id, roles_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            usage = await self._service.usage(guild_id=guild_id, user_id=user_id, roles=roles)
        except StoreUnavailable as error:
            _log.info("a quota could not be read", cause=str(error))
            await interaction.edit_original_response(embed=sentence_embed(STORE_TROUBLE, words))
            return
        ban = self._people.ban(guild_id, user_id)
        embed = quota_embed(
            usage,
            words,
            is_exempt=is_exempt(self._servers.of(guild_id).quota, user_id=user_id, roles=roles),
            ban=None if ban is None else banned(ban),
        )
        await interaction.edit_original_response(embed=embed)
