"""`/imagine`: from the options that a member typed to a job."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs.desk import OrderDesk
from cogs.options import imagine_command
from jobs.parameters import Integer, Option, Size
from jobs.service import JobService
from jobs.validation import Chosen

_MOST: Final = 25  # suggestions, Discord's bound
_LONGEST: Final = 100  # characters of a suggestion, Discord's bound


class Imagine(commands.Cog):
    """The command, and the suggestions that Discord shows while its options are typed."""

    def __init__(self, bot: commands.AutoShardedBot, service: JobService, desk: OrderDesk) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._sides = _sides(service)
        self._command = imagine_command(
            service.catalog,
            self.run,
            {
                Option.WIDTH: self.suggest_side,
                Option.HEIGHT: self.suggest_side,
                Option.LORA: self.suggest_lora,
                Option.LORA2: self.suggest_lora,
                Option.LORA3: self.suggest_lora,
            },
        )

    async def cog_load(self) -> None:
        """Register the command; it is sent to Discord when the tree is synced."""
        self._bot.tree.add_command(self._command)

    async def run(self, interaction: discord.Interaction[Any], chosen: Chosen) -> None:
        """Hand over to the desk."""
        await self._desk.imagine(interaction, chosen)

    async def suggest_side(
        self, _interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[Any]]:
        """Widths and heights that are allowed, those that begin with what was typed."""
        fitting = [side for side in self._sides if str(side).startswith(str(current).strip())]
        if len(fitting) > _MOST:  # too many to show: every other one, and so on
            fitting = fitting[:: -(-len(fitting) // _MOST)]
        return [app_commands.Choice(name=f"{side} pixels", value=side) for side in fitting]

    async def suggest_lora(self, interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[Any]]:
        """The LoRAs that the member used last in this server."""
        if interaction.guild_id is None:
            return []
        recent = await self._service.recent_loras(guild_id=interaction.guild_id, user_id=interaction.user.id)
        fitting = [s for s in recent if current.strip().lower() in s.lower() and len(s) <= _LONGEST]
        return [app_commands.Choice(name=source, value=source) for source in fitting[:_MOST]]


def _sides(service: JobService) -> list[int]:
    sides: set[int] = set()
    for model in service.catalog.models:
        parameter = model.find(Option.SIZE)
        side = parameter.kind.side if parameter is not None and isinstance(parameter.kind, Size) else None
        if isinstance(side, Integer) and side.minimum is not None and side.maximum is not None:
            sides.update(range(side.minimum, side.maximum + 1, side.multiple_of))
    return sorted(sides)
