"""What the buttons under a message do: Again, Delete, Cancel."""

from typing import Any, Final

import discord
import structlog
from discord.ext import commands

from cogs.delivery.posting import Poster
from cogs.desk import GONE, STORE_TROUBLE, OrderDesk
from cogs.embeds import sentence_embed
from cogs.results.buttons import AGAIN, CANCEL, DELETE, dynamic_button
from jobs.model import Job
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.service import JobService
from jobs.status import Status
from jobs.world import about

_log = structlog.get_logger(__name__)
NOT_YOURS: Final = (
    "Only the person who asked for this image, or a moderator, can do that. Make your own with `/imagine`."
)
NOT_DELETED: Final = "Not everything could be deleted right now. Please press again in a minute."
STILL_POSTED: Final = "It is still being posted: press again in a moment."
NO_CANCEL: Final = (
    "The cancel did not reach the bot's database: the image is still being made. Please press again in a minute."
)


class Gallery(commands.Cog):
    """The buttons of every message that shows a job, old ones too."""

    def __init__(self, bot: commands.AutoShardedBot, service: JobService, desk: OrderDesk, poster: Poster) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._poster = poster
        self._buttons = (
            dynamic_button(AGAIN, self.again),
            dynamic_button(DELETE, self.delete),
            dynamic_button(CANCEL, self.cancel),
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
        """Remove the message and whatever else was posted for the job; the quota stays, since the images were made."""
        job = await self._permitted(interaction, job_id)
        if job is None:
            return
        if job.status is Status.DELIVERING:  # what is not posted yet would come after all, and could not be found here
            await interaction.response.send_message(embed=sentence_embed(STILL_POSTED), ephemeral=True)
            return
        await interaction.response.defer()
        try:
            # The button's own message goes last: until then it can be pressed again.
            for posted in await self._service.archive.posted(job):
                if interaction.message is None or posted.message_id != interaction.message.id:
                    await self._poster.delete(job, posted)
        except (DeliveryDelayed, StoreUnavailable) as error:
            _log.warning("a result could not be deleted yet", cause=str(error), **about(job))
            await interaction.followup.send(embed=sentence_embed(NOT_DELETED), ephemeral=True)
            return
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
            _log.info("a cancel was refused, the database cannot be used", cause=str(error))
            await interaction.followup.send(embed=sentence_embed(NO_CANCEL), ephemeral=True)
            return
        if not cancelled:
            now = await self._service.get(job_id)
            sentence = _why_not(now.status if now is not None else Status.FAILED)
            await interaction.followup.send(embed=sentence_embed(sentence), ephemeral=True)

    async def _permitted(self, interaction: discord.Interaction[Any], job_id: str) -> Job | None:
        """The job, if whoever pressed may act on it here; otherwise they have been told why not."""
        try:
            job = await self._service.get(job_id)
        except StoreUnavailable as error:
            _log.info("a button was refused, the database cannot be used", cause=str(error))
            sentence = STORE_TROUBLE
        else:
            if job is not None and _may_act(interaction, job):
                return job
            sentence = NOT_YOURS if job is not None and _is_here(interaction, job) else GONE
        await interaction.response.send_message(embed=sentence_embed(sentence), ephemeral=True)
        return None


def _is_here(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Whether the button stands in the job's server, or in a direct message, which only its user sees."""
    return interaction.guild_id in {None, job.order.guild_id}


def _may_act(interaction: discord.Interaction[Any], job: Job) -> bool:
    is_owner = interaction.user.id == job.order.user_id
    is_moderator = interaction.guild_id is not None and interaction.permissions.manage_messages
    return _is_here(interaction, job) and (is_owner or is_moderator)


def _why_not(status: Status) -> str:
    match status:
        case Status.CANCELLING:
            return "This one is being cancelled: the image service is told to stop, and your images come back then."
        case Status.CANCELLED:
            return "This one is cancelled already."
        case Status.FAILED:
            return "There is nothing to cancel: this one has failed, and its images were given back to your quota."
        case Status.SUBMITTING | Status.UNCONFIRMED | Status.RUNNING | Status.QUEUED:
            return "The image service cannot stop this one any more. It will be here soon."
        case Status.DELIVERING | Status.DELIVERED | Status.UNDELIVERED:
            return "It is too late to cancel this one: the images are made."
