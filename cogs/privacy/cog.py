"""`/privacy export` and `/privacy delete`, for oneself alone, wherever the bot is used."""

import io
from typing import Any, Final

import aiohttp
import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.embeds import sentence_embed
from cogs.place import everywhere
from cogs.privacy.embeds import (
    FORGET,
    FORGET_PATTERN,
    MINUTES,
    TOO_OLD,
    begun_embed,
    deleted_embed,
    exported_embed,
    later,
    question_embed,
    question_view,
)
from cogs.results.buttons import dynamic_button
from jobs.ports import Clock, StoreUnavailable
from jobs.privacy.export import Export
from jobs.privacy.privacy import Privacy
from jobs.sentence import say
from words.speech import Words

_log = structlog.get_logger(__name__)
PATIENCE: Final = 60.0  # seconds that a press waits for the end; what takes longer goes on without it
FILE: Final = "my-data.zip"
NO_DATABASE: Final = say(
    "The bot's database cannot be used right now, so nothing was done. Please try again in a minute."
)
NOT_SENT: Final = say("Discord did not take the file just now. Please try again in a minute.")


@everywhere
class PrivacyRights(
    commands.GroupCog,
    group_name="privacy",
    group_description=locale_str("What I keep of you: get it as a file, or have it deleted"),
):
    """A person's rights over their data. Whoever uses a command or the button is always the one whom it concerns."""

    def __init__(self, bot: commands.AutoShardedBot, privacy: Privacy, export: Export, clock: Clock) -> None:
        self._bot = bot
        self._privacy = privacy
        self._export = export
        self._clock = clock
        self._button = dynamic_button(FORGET, self.forget, reference=FORGET_PATTERN)

    async def cog_load(self) -> None:
        """Answer presses from now on."""
        self._bot.add_dynamic_items(self._button)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(self._button)

    @app_commands.command(name="export", description=locale_str("Everything that I keep of you, as a file"))
    async def export(self, interaction: discord.Interaction[Any]) -> None:
        """Send the file, to nobody but the one it is about."""
        words = Words(interaction.locale.value)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            made = await self._export.of(interaction.user.id, limit=interaction.filesize_limit)
        except StoreUnavailable as error:
            await self._no_database(interaction, error)
            return
        file = discord.File(io.BytesIO(made.data), FILE)
        try:
            await interaction.edit_original_response(embed=exported_embed(made, words), attachments=[file])
        except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
            _log.warning("an export could not be sent", cause=type(error).__name__, bytes=len(made.data))
            await interaction.edit_original_response(embed=sentence_embed(NOT_SENT, words), attachments=[])

    @app_commands.command(name="delete", description=locale_str("Delete everything that I keep of you; asks first"))
    async def delete(self, interaction: discord.Interaction[Any]) -> None:
        """Ask; the button under the question does it."""
        words = Words(interaction.locale.value)
        view = question_view(self._clock.now(), words)
        await interaction.response.send_message(embed=question_embed(words), view=view, ephemeral=True)

    async def forget(self, interaction: discord.Interaction[Any], asked_at: str) -> None:
        """Whoever presses is forgotten."""
        words, user_id = Words(interaction.locale.value), interaction.user.id
        if self._clock.now() // 1000 - int(asked_at) > MINUTES * 60:
            await interaction.response.edit_message(embed=sentence_embed(TOO_OLD, words), view=None)
            return
        await interaction.response.defer()
        try:
            await self._privacy.forget(user_id)
            await interaction.edit_original_response(embed=begun_embed(words), view=None)
            if await self._privacy.forgotten(user_id, seconds=PATIENCE):
                embed = deleted_embed(words)
            else:
                embed = sentence_embed(later(await self._privacy.unfinished(user_id)), words)
        except StoreUnavailable as error:
            await self._no_database(interaction, error)
            return
        await interaction.edit_original_response(embed=embed)

    async def _no_database(self, interaction: discord.Interaction[Any], error: StoreUnavailable) -> None:
        _log.info("a wish about one's data was refused, the database cannot be used", cause=str(error))
        await interaction.edit_original_response(embed=sentence_embed(NO_DATABASE, Words(interaction.locale.value)))
