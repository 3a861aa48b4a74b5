"""`/imagine`: from the options that a member typed to a job."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from cogs.desk import AskFirst, OrderDesk
from cogs.library.suggestions import suggest_loras
from cogs.options import imagine_command
from cogs.place import guild_of
from cogs.presets.suggestions import suggest_presets
from jobs.catalog import Catalog, Model
from jobs.library.libraries import Libraries
from jobs.parameters import Integer, Option, Size
from jobs.sentence import say
from jobs.service import JobService
from jobs.shelf import Shelf
from jobs.validation import Chosen
from words.speech import Words

_MOST: Final = 25  # suggestions, Discord's bound
_LONGEST: Final = 100  # characters of a suggestion, Discord's bound


class Imagine(commands.Cog):
    """The command, and the suggestions that Discord shows while its options are typed."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        service: JobService,
        desk: OrderDesk,
        shelf: Shelf,
        libraries: Libraries,
        ask_first: AskFirst,
    ) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._shelf = shelf
        self._libraries = libraries
        self._ask_first = ask_first
        self._command = imagine_command(
            service.catalog,
            self.run,
            {
                Option.PRESET: self.suggest_preset,
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
        await self._desk.imagine(interaction, chosen, self._ask_first)

    async def suggest_preset(
        self, interaction: discord.Interaction[Any], current: str
    ) -> list[app_commands.Choice[Any]]:
        """The member's own presets, then this server's."""
        return suggest_presets(self._shelf, interaction, current)

    async def suggest_side(self, interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[Any]]:
        """Widths and heights that are allowed, those that begin with what was typed."""
        sides = _sides(self._desk.gate.catalog(interaction) or self._service.catalog)
        fitting = [side for side in sides if str(side).startswith(str(current).strip())]
        if len(fitting) > _MOST:  # too many to show: every other one, and so on
            fitting = fitting[:: -(-len(fitting) // _MOST)]
        words = Words(interaction.locale.value)
        names = {side: words(say("{side} pixels", side=str(side))) for side in fitting}
        return [app_commands.Choice(name=name, value=side) for side, name in names.items()]

    async def suggest_lora(self, interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[Any]]:
        """The library's, the best match first; where none fits, sources that the member used last in this server."""
        library = self._libraries.of(guild_of(interaction))
        found = suggest_loras(library, interaction, current, model=self._model(interaction))
        if found or not self._desk.gate.raw_sources(interaction):
            return found
        recent = await self._service.recent_loras(guild_id=guild_of(interaction), user_id=interaction.user.id)
        fitting = [s for s in recent if current.strip().lower() in s.lower() and len(s) <= _LONGEST]
        return [app_commands.Choice(name=source, value=source) for source in fitting[:_MOST]]

    def _model(self, interaction: discord.Interaction[Any]) -> Model:
        """The model that counts with what is typed so far."""
        catalog = self._desk.gate.catalog(interaction) or self._service.catalog
        typed = {Option.MODEL: interaction.namespace.model, Option.PRESET: interaction.namespace.preset}
        completed = self._shelf.complete(
            {option: value for option, value in typed.items() if value is not None},
            user_id=interaction.user.id,
            guild_id=guild_of(interaction),
            catalog=catalog,
            unsafe_allowed=False,
        )
        key = completed.merged.chosen.get(Option.MODEL) if completed is not None else None
        return catalog.get(str(key)) or catalog.default


def _sides(catalog: Catalog) -> list[int]:
    sides: set[int] = set()
    for model in catalog.models:
        parameter = model.find(Option.SIZE)
        side = parameter.kind.side if parameter is not None and isinstance(parameter.kind, Size) else None
        if isinstance(side, Integer) and side.minimum is not None and side.maximum is not None:
            sides.update(range(side.minimum, side.maximum + 1, side.multiple_of))
    return sorted(sides)
