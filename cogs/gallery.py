"""What the buttons under a message do: Again, Delete, Cancel."""

from typing import Any, Final

import discord
import structlog
from discord.ext import commands

from cogs.buttons import Press, dynamic_buttons
from cogs.desk import GONE, STORE_TROUBLE, OrderDesk
from cogs.embeds import sentence_embed
from cogs.failures import report
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.service import JobService
from jobs.world import about

_log = structlog.get_logger(__name__)
NOT_YOURS: Final = (
    "Only the person who asked for this image, or a moderator, can do that. Make your own with `/imagine`."
)
TOO_LATE: Final = "It is too late to cancel this one: the images are on their way here."


class Gallery(commands.Cog):
    """The buttons of every message that shows a job, old ones too."""

    def __init__(self, bot: commands.AutoShardedBot, service: JobService, desk: OrderDesk) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._buttons = dynamic_buttons(
            again=_guarded(self.again), delete=_guarded(self.delete), cancel=_guarded(self.cancel)
        )

    async def cog_load(self) -> None:
        """Answer presses from now on."""
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    async def again(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """The same with a new seed."""
        job = await self._permitted(interaction, job_id)
        if job is not None:
            await self._desk.again(interaction, job)

    async def delete(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Remove the message; the quota stays as it is, since the images were made."""
        job = await self._permitted(interaction, job_id)
        if job is None:
            return
        await interaction.response.defer()
        try:
            await interaction.delete_original_response()
        except discord.NotFound:
            return  # somebody was faster
        _log.info("a result was deleted", by=interaction.user.id, **about(job))

    async def cancel(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Stop a job that is still being made, and give its images back."""
        job = await self._permitted(interaction, job_id)
        if job is None:
            return
        await interaction.response.defer()
        try:
            cancelled = await self._service.cancel(job)
        except StoreUnavailable as error:
            _log.error("a cancel was refused, the database cannot be used", cause=str(error))
            await interaction.followup.send(embed=sentence_embed(STORE_TROUBLE), ephemeral=True)
            return
        if not cancelled:
            await interaction.followup.send(embed=sentence_embed(TOO_LATE), ephemeral=True)

    async def _permitted(self, interaction: discord.Interaction[Any], job_id: str) -> Job | None:
        """The job, if whoever pressed may act on it here; otherwise they have been told why not."""
        try:
            job = await self._service.get(job_id)
        except StoreUnavailable as error:
            _log.error("a button was refused, the database cannot be used", cause=str(error))
            sentence = STORE_TROUBLE
        else:
            if job is None or job.order.guild_id != interaction.guild_id:
                sentence = GONE
            elif interaction.user.id == job.order.user_id or interaction.permissions.manage_messages:
                return job
            else:
                sentence = NOT_YOURS
        await interaction.response.send_message(embed=sentence_embed(sentence), ephemeral=True)
        return None


def _guarded(press: Press) -> Press:
    """The same, with the answer to errors that commands have through the tree."""

    async def guarded(interaction: discord.Interaction[Any], job_id: str) -> None:
        try:
            await press(interaction, job_id)
        except Exception as error:  # noqa: BLE001 - the last stop before discord.py would only log it
            await report(interaction, error, action="button")

    return guarded
