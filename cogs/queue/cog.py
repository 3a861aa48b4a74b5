"""`/queue`: what one has waiting and under way here, and its Cancel buttons."""

from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from cogs.embeds import sentence_embed
from cogs.place import everywhere, guild_of
from cogs.queue.buttons import CANCEL, CANCEL_PATTERN, PAGE, PAGE_PATTERN, queue_buttons
from cogs.queue.embeds import queue_embed
from cogs.refusals import STORE_TROUBLE
from cogs.results.buttons import dynamic_button
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.status import FINISHED, Status
from jobs.waiting import Waiting
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
NOT_YOURS: Final = say("Only the person who asked for it can cancel it here.")
NO_LONGER: Final = say(
    "It is too late to cancel that one: its images are made, or the image service cannot be stopped."
)
OVER: Final = say("That one is over already.")


class Queue(commands.Cog):
    """A member's own part of the queue."""

    def __init__(self, bot: commands.AutoShardedBot, service: JobService, waiting: Waiting) -> None:
        self._bot = bot
        self._service = service
        self._waiting = waiting
        self._buttons = (
            dynamic_button(PAGE, self.turn, reference=PAGE_PATTERN),
            dynamic_button(CANCEL, self.cancel, reference=CANCEL_PATTERN),
        )

    async def cog_load(self) -> None:
        """Answer presses from now on, those under old messages too."""
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    @app_commands.command(name="queue", description=locale_str("Your images that are waiting or being made here"))
    @everywhere
    async def queue(self, interaction: discord.Interaction[Any]) -> None:
        """Show one's own unfinished jobs, to oneself."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, 0)

    async def turn(self, interaction: discord.Interaction[Any], number: str) -> None:
        """Show a page as it is now, in place."""
        await interaction.response.defer()
        await self._show(interaction, int(number))

    async def cancel(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Stop one of them, and show what is left."""
        number, _, job_id = reference.partition(":")
        await interaction.response.defer()
        try:
            job = await self._service.get(job_id)
            refusal = await self._cancel(interaction, job)
        except StoreUnavailable as error:
            _log.info("a cancel was refused, the database cannot be used", cause=str(error))
            refusal = STORE_TROUBLE
        else:
            await self._show(interaction, int(number))
        if refusal is not None:
            embed = sentence_embed(refusal, Words(interaction.locale.value))
            await interaction.followup.send(embed=embed, ephemeral=True)

    async def _cancel(self, interaction: discord.Interaction[Any], job: Job | None) -> Sentence | None:
        """The sentence that refuses, or None when it is being stopped."""
        if job is None or job.status in FINISHED:
            return OVER
        if interaction.user.id != job.order.user_id or guild_of(interaction) != job.order.guild_id:
            return NOT_YOURS
        if job.status is Status.CANCELLING:
            return None
        if not await self._service.cancel(job):
            return NO_LONGER
        _log.info("cancelled in the queue", **about(job))
        return None

    async def _show(self, interaction: discord.Interaction[Any], number: int) -> None:
        words = Words(interaction.locale.value)
        try:
            page = await self._waiting.page(number, guild_id=guild_of(interaction), user_id=interaction.user.id)
        except StoreUnavailable as error:
            _log.info("a queue could not be read", cause=str(error))
            await interaction.edit_original_response(embed=sentence_embed(STORE_TROUBLE, words))
            return
        embed = queue_embed(page, self._service.catalog, words)
        await interaction.edit_original_response(embed=embed, view=queue_buttons(page, words))
