"""Notes when the bot is removed from a server and when it is invited back."""

import discord
from discord.ext import commands

from jobs.departures import Departures


class Departing(commands.Cog):
    """Listens; a server that is only unavailable, as in an outage of Discord's, counts as one that the bot is in."""

    def __init__(self, bot: commands.AutoShardedBot, departures: Departures) -> None:
        self._bot = bot
        self._departures = departures

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Called by discord.py when the bot was removed, or the server deleted."""
        self._departures.left(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Called by discord.py when the bot was invited."""
        self._departures.joined(guild.id)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Called by discord.py when all shards know their servers."""
        self._departures.present([guild.id for guild in self._bot.guilds])
