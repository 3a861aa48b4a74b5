"""A bare discord.py bot that acknowledges `/imagine` and does nothing else.

`FLOOR_TOKENS` names a file that gets one line for each: the interaction, its token, the message of its response.
"""

import os
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.http import Route


class Deferring(discord.AutoShardedClient):
    """The bot."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self._tokens = os.environ.get("FLOOR_TOKENS")

    async def setup_hook(self) -> None:
        """Register the command."""
        tree = app_commands.CommandTree(self)
        tree.add_command(app_commands.Command(name="imagine", description="Make images", callback=self._imagine))
        await tree.sync()

    async def _imagine(self, interaction: discord.Interaction[Any], prompt: str) -> None:
        answer = await interaction.response.defer(thinking=True)
        if self._tokens is not None and answer is not None:
            with Path(self._tokens).open("a", encoding="utf-8") as file:
                file.write(f"{interaction.id} {interaction.token} {answer.message_id} {len(prompt)}\n")


if __name__ == "__main__":
    Route.BASE = os.environ["DISCORD_API_URL"]
    Deferring().run(os.environ["DISCORD_TOKEN"], log_handler=None)
