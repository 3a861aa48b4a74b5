"""`/preset`: save, list, show, rename, remove; and Save preset under a result."""

from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.admin.rights import is_moderator
from cogs.embeds import DONE, sentence_embed
from cogs.forms import Forms
from cogs.gate import Gate
from cogs.place import everywhere, guild_of
from cogs.presets.answers import NOT_A_MODERATOR, STORE_TROUBLE, UNKNOWN_PRESET
from cogs.presets.embeds import PAGE, list_embed, preset_embed
from cogs.presets.saving import SAVE_FORM, Saving, not_saved
from cogs.presets.saving_command import save_command
from cogs.presets.suggestions import suggest_presets
from cogs.results.buttons import SAVE_PRESET, dynamic_button
from cogs.results.finding import refuse
from cogs.words import plain
from jobs.model import DIRECT
from jobs.ports import StoreUnavailable
from jobs.presets import NAME_LONGEST, Owner, OwnerKind, Preset, read_name
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.shelf import Saved, Shelf
from words.speech import Words

_log = structlog.get_logger(__name__)
_TYPED_LONGEST: Final = 100  # characters, as long as a suggestion may be


@everywhere
class Presets(commands.GroupCog, group_name="preset", group_description=locale_str("Options saved under a name")):
    """A member's own presets and the server's."""

    def __init__(
        self, bot: commands.AutoShardedBot, shelf: Shelf, service: JobService, saving: Saving, gate: Gate
    ) -> None:
        self._bot = bot
        self._shelf = shelf
        self._catalog = service.catalog
        self._forms = Forms({SAVE_FORM: saving.submitted})
        self._buttons = (
            dynamic_button(SAVE_PRESET, saving.ask),
            dynamic_button(PAGE, self.turn, reference=r"-?\d{1,4}"),
        )
        if self.app_command is not None:
            self.app_command.add_command(save_command(saving, self._catalog, gate.catalog))

    async def cog_load(self) -> None:
        """Take everybody's presets and defaults into memory, and answer presses from now on."""
        await self._shelf.load()
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Called by discord.py with everything; the form is answered here."""
        await self._forms.listen(interaction)

    @app_commands.command(name="list", description=locale_str("Your presets, and this server's"))
    async def show_all(self, interaction: discord.Interaction[Any]) -> None:
        """Show the first page."""
        embed, view = self._page(interaction, 0)
        if view is None:
            await interaction.response.send_message(embed=embed, ephemeral=True)
        else:
            await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    async def turn(self, interaction: discord.Interaction[Any], page: str) -> None:
        """Show another page in the place of this one."""
        embed, view = self._page(interaction, int(page))
        await interaction.response.edit_message(embed=embed, view=view)

    @app_commands.command(name="show", description=locale_str("Everything that a preset holds"))
    @app_commands.describe(preset=locale_str("Which one"))
    async def show(self, interaction: discord.Interaction[Any], preset: Range[str, 1, _TYPED_LONGEST]) -> None:
        """Show one, to oneself."""
        found = self._find(interaction, preset)
        if found is None:
            await refuse(interaction, UNKNOWN_PRESET)
            return
        embed = preset_embed(found, Words(interaction.locale.value), self._catalog)
        await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(name="rename", description=locale_str("Give a preset another name"))
    @app_commands.describe(preset=locale_str("Which one"), name=locale_str("Its new name; up to 32 characters"))
    async def rename(
        self,
        interaction: discord.Interaction[Any],
        preset: Range[str, 1, _TYPED_LONGEST],
        name: Range[str, 1, NAME_LONGEST],
    ) -> None:
        """Change a name."""
        found, new = self._changeable(interaction, preset), read_name(name)
        if isinstance(found, Sentence):
            await refuse(interaction, found)
            return
        if isinstance(new, Sentence):
            await refuse(interaction, new)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            saved = await self._shelf.rename(found, new)
        except StoreUnavailable as error:
            _log.info("a preset could not be renamed, the database cannot be used", cause=str(error))
            await refuse(interaction, STORE_TROUBLE)
            return
        if saved is not Saved.KEPT:
            await refuse(interaction, not_saved(saved, new))
            return
        names = {"old": plain(found.name), "new": plain(new)}
        await self._confirm(interaction, say("**{old}** is now called **{new}**.", **names))

    @app_commands.command(name="remove", description=locale_str("Forget a preset; images stay"))
    @app_commands.describe(preset=locale_str("Which one"))
    async def remove(self, interaction: discord.Interaction[Any], preset: Range[str, 1, _TYPED_LONGEST]) -> None:
        """Forget one."""
        found = self._changeable(interaction, preset)
        if isinstance(found, Sentence):
            await refuse(interaction, found)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await self._shelf.remove(found)
        except StoreUnavailable as error:
            _log.info("a preset could not be removed, the database cannot be used", cause=str(error))
            await refuse(interaction, STORE_TROUBLE)
            return
        await self._confirm(interaction, say("**{name}** is removed.", name=plain(found.name)))

    @show.autocomplete("preset")
    @rename.autocomplete("preset")
    @remove.autocomplete("preset")
    async def suggest(self, interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[Any]]:
        """Those that there are."""
        return suggest_presets(self._shelf, interaction, typed)

    def _page(self, interaction: discord.Interaction[Any], page: int) -> tuple[discord.Embed, discord.ui.View | None]:
        owners = [Owner.user(interaction.user.id)]
        if (guild_id := guild_of(interaction)) != DIRECT:
            owners.append(Owner.server(guild_id))
        presets = [preset for owner in owners for preset in self._shelf.presets(owner)]
        return list_embed(presets, Words(interaction.locale.value), self._catalog, page=page)

    def _find(self, interaction: discord.Interaction[Any], typed: str) -> Preset | None:
        return self._shelf.find(typed, user_id=interaction.user.id, guild_id=guild_of(interaction))

    def _changeable(self, interaction: discord.Interaction[Any], typed: str) -> Preset | Sentence:
        found = self._find(interaction, typed)
        if found is None:
            return UNKNOWN_PRESET
        if found.owner.kind is OwnerKind.SERVER and not is_moderator(interaction):
            return NOT_A_MODERATOR
        return found

    async def _confirm(self, interaction: discord.Interaction[Any], sentence: Sentence) -> None:
        words = Words(interaction.locale.value)
        await interaction.edit_original_response(embed=sentence_embed(sentence, words, colour=DONE))
