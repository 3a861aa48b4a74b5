"""The cog of everything that can be done with a result: its buttons, the forms behind them, Delete and Cancel."""

from typing import Any, Final

import discord
import structlog
from discord.ext import commands

from cogs.delivery.posting import Poster
from cogs.forms import Forms
from cogs.results import buttons
from cogs.results.buttons import dynamic_button
from cogs.results.details import show_details
from cogs.results.edit_form import EDITED, REFERENCE
from cogs.results.edits import Edits
from cogs.results.finding import Finder, refuse
from cogs.results.repeats import Repeats
from cogs.results.reporting import REPORTED, Reporting
from cogs.results.rights import is_owner, may_remove
from jobs.model import Job
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.servers.records import Change
from jobs.servers.servers import Servers
from jobs.service import JobService
from jobs.status import Status
from jobs.world import about

_log = structlog.get_logger(__name__)
NOT_DELETED: Final = say("Not everything could be deleted right now. Please press again in a minute.")
STILL_POSTED: Final = say("It is still being posted: press again in a moment.")
NO_CANCEL: Final = say(
    "The cancel did not reach the bot's database: the image is still being made. Please press again in a minute."
)


class Gallery(commands.Cog):
    """The buttons of every message that shows a job, old ones too."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        service: JobService,
        poster: Poster,
        servers: Servers,
        *,
        finder: Finder,
        repeats: Repeats,
        edits: Edits,
        reporting: Reporting,
    ) -> None:
        self._bot = bot
        self._service = service
        self._poster = poster
        self._servers = servers
        self._deleting: set[str] = set()  # jobs whose messages are being deleted
        self._finder = finder
        self._repeats = repeats
        self._buttons = (
            dynamic_button(buttons.AGAIN, self.again),
            dynamic_button(buttons.VARIATIONS, repeats.variations),
            dynamic_button(buttons.EDIT, edits.open),
            dynamic_button(buttons.EDIT_AGAIN, edits.open_again, reference=REFERENCE),
            dynamic_button(buttons.DETAILS, self.details),
            dynamic_button(buttons.REPORT, reporting.ask),
            dynamic_button(buttons.DELETE, self.delete),
            dynamic_button(buttons.CANCEL, self.cancel),
        )
        self._forms = Forms({EDITED: edits.submitted, REPORTED: reporting.submitted})

    async def cog_load(self) -> None:
        """Answer presses and forms from now on."""
        self._bot.add_dynamic_items(*self._buttons)
        self._bot.add_listener(self._forms.listen, "on_interaction")

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_listener(self._forms.listen, "on_interaction")
        self._bot.remove_dynamic_items(*self._buttons)

    async def again(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """The same with a new seed."""
        await self._repeats.again(interaction, job_id, interaction.message)

    async def details(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Everything about it, to whoever asks."""
        await show_details(interaction, job_id, self._finder, self._service.catalog)

    async def delete(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Remove the message and whatever else was posted for the job; the quota stays, since the images were made."""
        await interaction.response.defer()
        if job_id in self._deleting:  # it is gone in a moment; whoever was faster is told of what goes wrong
            return
        self._deleting.add(job_id)
        try:
            problem = await self._delete(interaction, job_id)
        finally:
            self._deleting.discard(job_id)
        if problem is not None:  # told when the next press counts again
            await refuse(interaction, problem)

    async def _delete(self, interaction: discord.Interaction[Any], job_id: str) -> Sentence | None:
        """Why it is not gone; None where it is."""
        job = await self._finder.find(interaction, job_id, may_remove)
        if not isinstance(job, Job):
            return job
        if job.status is Status.DELIVERING:  # what is not posted yet would come after all, and could not be found here
            return STILL_POSTED
        try:
            # The button's own message goes last: until then it can be pressed again.
            for posted in await self._service.archive.posted(job):
                if interaction.message is None or posted.message_id != interaction.message.id:
                    await self._poster.delete(job, posted)
            if is_owner(interaction, job):
                await self._service.archive.hide(job)
            elif job.images:  # after a moderator's delete, its user can see that it is gone, and admins by whom
                guild_id, by = job.order.guild_id, interaction.user.id
                change = Change(guild_id=guild_id, actor_id=by, action="image.remove", target=job.id)
                await self._servers.note(change)
        except (DeliveryDelayed, StoreUnavailable) as error:
            _log.warning("a result could not be deleted yet", cause=str(error), **about(job))
            return NOT_DELETED
        try:
            await interaction.delete_original_response()
        except discord.NotFound:
            return None  # somebody was faster
        _log.info("a result was deleted", by=interaction.user.id, **about(job))
        return None

    async def cancel(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Stop a job that is still being made, and give its images back."""
        await interaction.response.defer()
        job = await self._finder.find(interaction, job_id, may_remove)
        if not isinstance(job, Job):
            await refuse(interaction, job)
            return
        try:
            cancelled = await self._service.cancel(job)
        except StoreUnavailable as error:
            _log.info("a cancel was refused, the database cannot be used", cause=str(error))
            await refuse(interaction, NO_CANCEL)
            return
        if not cancelled:
            now = await self._service.get(job_id)
            await refuse(interaction, _why_not(now.status if now is not None else Status.FAILED))


def _why_not(status: Status) -> Sentence:
    match status:
        case Status.CANCELLING:
            return say(
                "This one is being cancelled: the image service is told to stop, and your images come back then."
            )
        case Status.CANCELLED:
            return say("This one is cancelled already.")
        case Status.FAILED:
            return say("There is nothing to cancel: this one has failed, and its images were given back to your quota.")
        case Status.SUBMITTING | Status.UNCONFIRMED | Status.RUNNING | Status.QUEUED:
            return say("The image service cannot stop this one any more. It will be here soon.")
        case Status.DELIVERING | Status.DELIVERED | Status.UNDELIVERED:
            return say("It is too late to cancel this one: the images are made.")
