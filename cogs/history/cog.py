"""`/history`: one's own last images in a server, and those that could be posted nowhere."""

from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.desk import GONE, SERVER_ONLY, STORE_TROUBLE
from cogs.embeds import sentence_embed
from cogs.history.embeds import history_embed, is_kept
from cogs.history.showing import Showing
from cogs.results.buttons import SHOW, dynamic_button, show_buttons
from jobs.model import Job
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.service import JobService
from jobs.status import Status
from jobs.world import about

_log = structlog.get_logger(__name__)
NOT_YOURS: Final = "Only the person who asked for these images can see them here."
ON_ITS_WAY: Final = "These images are on their way to you already."
SHOWN_ALREADY: Final = "You have seen these images already. `/history` shows where."
NOT_TAKEN: Final = "Discord did not take the images just now. They are still kept: press Show again in a minute."
REMOVED: Final = "These images are no longer kept. Start new ones with `/imagine`."


class History(commands.Cog):
    """A member's own past."""

    def __init__(self, bot: commands.AutoShardedBot, service: JobService, showing: Showing) -> None:
        self._bot = bot
        self._service = service
        self._showing = showing
        self._under_way: set[str] = set()
        self._button = dynamic_button(SHOW, self.show)

    async def cog_load(self) -> None:
        """Answer presses from now on, those under old messages too."""
        self._bot.add_dynamic_items(self._button)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(self._button)

    @app_commands.command(name="history", description=locale_str("Your last images here, and those kept for you"))
    @app_commands.guild_only()
    async def history(self, interaction: discord.Interaction[Any]) -> None:
        """Show one's own last jobs, to oneself."""
        if interaction.guild_id is None:
            await interaction.response.send_message(embed=sentence_embed(SERVER_ONLY), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        archive = self._service.archive
        try:
            jobs = await archive.history(guild_id=interaction.guild_id, user_id=interaction.user.id)
            kept = [(number, job.id) for number, job in enumerate(jobs, start=1) if is_kept(job)]
            view = show_buttons(kept) if kept else None
            await interaction.edit_original_response(embed=history_embed(jobs, self._service.catalog), view=view)
            await archive.told(jobs)  # and so no reminder of them has to follow
        except StoreUnavailable as error:
            _log.info("a history could not be read", cause=str(error))
            await interaction.edit_original_response(embed=sentence_embed(STORE_TROUBLE))

    async def show(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show a kept result to whom it belongs; with it, it is delivered."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if job_id in self._under_way:
            await interaction.edit_original_response(embed=sentence_embed(ON_ITS_WAY))
            return
        self._under_way.add(job_id)
        try:
            refusal = await self._show(interaction, job_id)
        except StoreUnavailable as error:
            _log.info("a kept result could not be shown, the database cannot be used", cause=str(error))
            refusal = STORE_TROUBLE
        finally:
            self._under_way.discard(job_id)
        if refusal is not None:
            await interaction.edit_original_response(embed=sentence_embed(refusal))

    async def _show(self, interaction: discord.Interaction[Any], job_id: str) -> str | None:
        """The sentence that refuses, or None when the images are shown."""
        job = await self._service.get(job_id)
        refusal = GONE if job is None else _refusal(interaction, job)
        if job is None or refusal is not None:
            return refusal
        try:
            await self._showing.show(interaction, job)
        except FileNotFoundError:
            _log.warning("the files of a kept result are gone", **about(job))
            return REMOVED
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            _log.warning("a kept result could not be shown", detail=str(error), **about(job))
            return NOT_TAKEN
        return None


def _refusal(interaction: discord.Interaction[Any], job: Job) -> str | None:
    if interaction.user.id != job.order.user_id or interaction.guild_id != job.order.guild_id:
        return NOT_YOURS
    if job.removed_at is not None:
        return REMOVED
    return SHOWN_ALREADY if job.status is not Status.UNDELIVERED else None
