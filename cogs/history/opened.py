"""What its user can do with one result of their history: open it, mark it, delete it."""

from dataclasses import replace
from typing import Any, Final, assert_never

import discord
import structlog
from discord import ui

from cogs.delivery.posting import Poster
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.history.buttons import ASK, ERASE, MARK, OPEN, SPARE, UNMARK, delete_question, result_actions
from cogs.history.context import ERASED, NO_DATABASE, own_entry, words_of
from cogs.history.embeds import opened_embed, told_embed
from cogs.history.pictures import Linked, Missing, Pictures, Stored
from cogs.history.showing import Showing
from cogs.results.buttons import dynamic_button
from jobs.history import Entry
from jobs.ports import DeliveryDelayed, StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.world import about

_log = structlog.get_logger(__name__)
_GRID: Final = 4  # images that Discord shows in one embed
MAKE_NEW: Final = say("There is nothing left to be shown. Press Again to make new ones.")
NOT_NOW: Final = say("I cannot look at its message right now. The link above leads to it.")
NOT_TAKEN: Final = say("Discord did not take the images just now. Please press again in a minute.")
QUESTION: Final = say("Delete these images wherever they were posted? This cannot be undone.")
OUT_OF_REACH: Final = say(
    "These images are gone from your history. A message that I cannot reach still shows them: press Delete under it."
)
NOT_DELETED: Final = say("Not everything could be deleted right now. Please press again in a minute.")


class Opened:
    """Answers the buttons of an opened result. Everything is acknowledged before the database is asked."""

    def __init__(self, service: JobService, pictures: Pictures, showing: Showing, poster: Poster) -> None:
        self._service = service
        self._pictures = pictures
        self._showing = showing
        self._poster = poster
        self.buttons: Final = (
            dynamic_button(OPEN, self.open),
            dynamic_button(MARK, self.mark),
            dynamic_button(UNMARK, self.unmark),
            dynamic_button(ASK, self.ask),
            dynamic_button(SPARE, self.spare),
            dynamic_button(ERASE, self.erase),
        )

    async def open(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show one result in a message of its own, with what can be done with it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        entry = await own_entry(interaction, self._service.archive, job_id)
        if isinstance(entry, Sentence):
            await interaction.edit_original_response(embed=told_embed(entry, words_of(interaction)))
            return
        try:
            await self._open(interaction, entry)
        except StoreUnavailable as error:
            _log.info("a result could not be opened, the database cannot be used", cause=str(error))
            await interaction.edit_original_response(embed=told_embed(NO_DATABASE, words_of(interaction)))
        except (WayClosed, TooLarge, DeliveryDelayed, FileNotFoundError) as error:
            _log.warning("a stored result could not be shown", detail=str(error), **about(entry.job))
            await interaction.edit_original_response(embed=told_embed(NOT_TAKEN, words_of(interaction)))

    async def _open(self, interaction: discord.Interaction[Any], entry: Entry) -> None:
        words, catalog, job = words_of(interaction), self._service.catalog, entry.job
        found = await self._pictures.find(job)
        # What only its user may see is not posted for everybody.
        view = result_actions(entry, words, can_repost=isinstance(found, Linked) and not job.stays_stored)
        match found:
            case Stored(paths=paths):
                embed = opened_embed(entry, catalog, words)
                await self._showing.show_again(interaction, job, paths, embed=embed, view=view)
            case Linked() as linked:
                links = [picture.url for picture in linked.pictures][:_GRID]
                first = opened_embed(entry, catalog, words).set_image(url=links[0])
                # Embeds of one address are shown as one, with all their images.
                first.url = links[0]
                others = [discord.Embed(url=links[0]).set_image(url=link) for link in links[1:]]
                await interaction.edit_original_response(embeds=[first, *others], view=view)
            case Missing(is_gone=gone):
                problem = NOT_NOW if not gone else MAKE_NEW if job.removed_at is None else None
                embed = opened_embed(entry, catalog, words, gone=gone, problem=problem)
                await interaction.edit_original_response(embed=embed, view=view)
            case never:
                assert_never(never)

    async def mark(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Make it a favourite."""
        await self._mark(interaction, job_id, is_favourite=True)

    async def unmark(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Make it a favourite no more."""
        await self._mark(interaction, job_id, is_favourite=False)

    async def _mark(self, interaction: discord.Interaction[Any], job_id: str, *, is_favourite: bool) -> None:
        await interaction.response.defer()
        entry = await own_entry(interaction, self._service.archive, job_id)
        if isinstance(entry, Sentence):
            await self._tell(interaction, entry)
            return
        try:
            await self._service.archive.mark(entry.job, is_favourite=is_favourite)
        except StoreUnavailable as error:
            _log.info("a favourite could not be noted, the database cannot be used", cause=str(error))
            await self._tell(interaction, NO_DATABASE)
            return
        await interaction.edit_original_response(view=_actions(interaction, replace(entry, is_favourite=is_favourite)))

    async def ask(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask whether it is really to be deleted."""
        words = words_of(interaction)
        await interaction.response.edit_message(content=words(QUESTION), view=delete_question(job_id, words))

    async def spare(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """It is not to be deleted after all."""
        await interaction.response.defer()
        entry = await own_entry(interaction, self._service.archive, job_id)
        if isinstance(entry, Sentence):
            await self._tell(interaction, entry)
            return
        await interaction.edit_original_response(content=None, view=_actions(interaction, entry))

    async def erase(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Delete every message that shows it, and whatever is kept of it; the quota stays, since it was made."""
        await interaction.response.defer()
        entry = await own_entry(interaction, self._service.archive, job_id)
        if isinstance(entry, Sentence):
            await self._tell(interaction, entry)
            return
        job, archive = entry.job, self._service.archive
        try:
            gone = [await self._poster.delete(job, posted) for posted in await archive.posted(job)]
            await archive.hide(job)
        except (DeliveryDelayed, StoreUnavailable) as error:
            _log.warning("a result could not be deleted yet", cause=str(error), **about(job))
            await self._tell(interaction, NOT_DELETED)
            return
        _log.info("a result was deleted", by=interaction.user.id, everywhere=all(gone), **about(job))
        embed = told_embed(ERASED if all(gone) else OUT_OF_REACH, words_of(interaction))
        await interaction.edit_original_response(content=None, embed=embed, attachments=[], view=None)

    async def _tell(self, interaction: discord.Interaction[Any], sentence: Sentence) -> None:
        await interaction.followup.send(embed=told_embed(sentence, words_of(interaction)), ephemeral=True)


def _actions(interaction: discord.Interaction[Any], entry: Entry) -> ui.View:
    """The buttons as they were: only what was found, and shown by its links, could be posted again."""
    embeds = interaction.message.embeds if interaction.message is not None else []
    can_repost = not entry.job.stays_stored and any(embed.image.url for embed in embeds)
    return result_actions(entry, words_of(interaction), can_repost=can_repost)
