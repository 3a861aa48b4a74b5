"""`/stats server` and `/stats me`."""

import asyncio
import io
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.admin.rights import is_admin, is_moderator
from cogs.embeds import sentence_embed
from cogs.failures import Refused
from cogs.place import everywhere, guild_of
from cogs.refusals import STORE_TROUBLE
from cogs.stats.charts import drawn
from cogs.stats.embeds import alternative_text, nothing_to_show, stats_embed
from cogs.stats.names import display_names
from cogs.stats.turns import Turns
from cogs.stats.view import View
from jobs.catalog import Catalog
from jobs.ports import StoreUnavailable
from jobs.sentence import say
from jobs.stats import DAYS_MOST, Statistics
from words.speech import Words

_log = structlog.get_logger(__name__)
_DAYS: Final = 30
FILE: Final = "fluxcord-stats.png"
NOT_A_MODERATOR: Final = say(
    "Only moderators can see a server's figures, in a server that I am in. `/stats me` shows your own."
)


class Stats(commands.Cog):
    """Charts of what was made."""

    stats = everywhere(app_commands.Group(name="stats", description=locale_str("What was made here, day by day")))

    def __init__(self, statistics: Statistics, catalog: Catalog) -> None:
        self._statistics = statistics
        self._catalog = catalog
        self._turns = Turns()  # a picture takes a processor for about a second

    @stats.command(name="server", description=locale_str("This server's images, failures and times; for moderators"))
    @app_commands.describe(days=locale_str("How many days back, today among them (UTC); 30 unless you say so"))
    async def server(self, interaction: discord.Interaction[Any], days: Range[int, 1, DAYS_MOST] = _DAYS) -> None:
        """Show the server's figures to a moderator, with what they cost to an admin."""
        if not is_moderator(interaction):
            raise Refused(NOT_A_MODERATOR)
        await self._answer(interaction, days, own=False)

    @stats.command(name="me", description=locale_str("Your own images here, failures and times"))
    @app_commands.describe(days=locale_str("How many days back, today among them (UTC); 30 unless you say so"))
    async def me(self, interaction: discord.Interaction[Any], days: Range[int, 1, DAYS_MOST] = _DAYS) -> None:
        """Show one's own figures, to oneself."""
        await self._answer(interaction, days, own=True)

    async def _answer(self, interaction: discord.Interaction[Any], days: int, *, own: bool) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        async with self._turns.of(interaction.user.id):
            try:
                await self._show(interaction, days, own=own)
            except StoreUnavailable as error:
                _log.info("figures could not be read", cause=str(error))
                embed = sentence_embed(STORE_TROUBLE, Words(interaction.locale.value))
                await interaction.edit_original_response(embed=embed)

    async def _show(self, interaction: discord.Interaction[Any], days: int, *, own: bool) -> None:
        words, user = Words(interaction.locale.value), interaction.user
        guild_id, user_id = guild_of(interaction), user.id if own else None
        figures = await self._statistics.figures(guild_id=guild_id, user_id=user_id, days=days)
        if not figures.jobs:
            await interaction.edit_original_response(embed=sentence_embed(nothing_to_show(days, own=own), words))
            return
        view = View(
            figures=figures,
            name=user.display_name if own or interaction.guild is None else interaction.guild.name,
            own=own,
            cost=not own and is_admin(interaction),
            names={} if own else await display_names(interaction, [share.of for share in figures.users]),
            catalog=self._catalog,
        )
        picture = await asyncio.to_thread(drawn, view, words)
        await interaction.edit_original_response(
            embed=stats_embed(view, words, in_english=picture.in_english),
            attachments=[
                discord.File(io.BytesIO(picture.png), filename=FILE, description=alternative_text(view, words))
            ],
        )
