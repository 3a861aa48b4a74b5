"""`/history`: one's own images, page by page, and first of all those that could be posted nowhere."""

import io
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from cogs.delivery.contents import Contents
from cogs.delivery.posting import Poster
from cogs.delivery.trouble import TooLarge, WayClosed
from cogs.gate import Gate
from cogs.history.buttons import TEXT_LONGEST, TURN, TURN_PATTERN, Turn, page_buttons
from cogs.history.context import NO_DATABASE, is_own, whose, words_of
from cogs.history.embeds import page_embeds, told_embed
from cogs.history.opened import Opened
from cogs.history.pictures import Missing, Pictures
from cogs.history.reposting import Reposting
from cogs.history.showing import Showing
from cogs.place import everywhere
from cogs.results.buttons import SHOW, dynamic_button
from jobs.history import Page, Place, Way, Wish
from jobs.model import Job
from jobs.ports import Clock, DeliveryDelayed, StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.status import Status
from jobs.world import about
from words.speech import Words

_log = structlog.get_logger(__name__)
_CHOICES: Final = 25  # Discord's bound
NOT_YOURS: Final = say("Only the person who asked for these images can see them here.")
ON_ITS_WAY: Final = say("These images are on their way to you already.")
SHOWN_ALREADY: Final = say("You have seen these images already. `/history` shows them again.")
NOT_TAKEN: Final = say("Discord did not take the images just now. They are still kept: press Show again in a minute.")
REMOVED: Final = say("These images are no longer kept. Start new ones with `/imagine`.")
NO_SUCH_MODEL: Final = say("No model is called that. Choose one from the list that Discord shows.")


class History(commands.Cog):
    """A member's own past."""

    def __init__(
        self,
        bot: commands.AutoShardedBot,
        service: JobService,
        clock: Clock,
        gate: Gate,
        *,
        contents: Contents,
        poster: Poster,
    ) -> None:
        self._bot = bot
        self._service = service
        self._showing = Showing(service, contents)
        self._pictures = Pictures(bot, service.archive, clock)
        self._under_way: set[str] = set()
        self._buttons = (
            dynamic_button(SHOW, self.show),
            dynamic_button(TURN, self.turn, reference=TURN_PATTERN),
            Reposting(service, gate, self._pictures, bot).button,
            *Opened(service, self._pictures, self._showing, poster).buttons,
        )

    async def cog_load(self) -> None:
        """Answer presses from now on, those under old messages too."""
        self._bot.add_dynamic_items(*self._buttons)

    async def cog_unload(self) -> None:
        """Answer them no more."""
        self._bot.remove_dynamic_items(*self._buttons)

    @app_commands.command(name="history", description=locale_str("Your images here, and those kept for you"))
    @app_commands.describe(
        text=locale_str("Words of the prompt"),
        model=locale_str("Only what this model made"),
        favourites=locale_str("Only what you marked as a favourite"),
    )
    @everywhere
    async def history(
        self,
        interaction: discord.Interaction[Any],
        text: Range[str, 1, TEXT_LONGEST] | None = None,
        model: str | None = None,
        favourites: bool = False,
    ) -> None:
        """Show the first page of one's own results, to oneself."""
        if model is not None and self._service.catalog.get(model) is None:
            await interaction.response.send_message(
                embed=told_embed(NO_SUCH_MODEL, words_of(interaction)), ephemeral=True
            )
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show_page(interaction, Wish(text=(text or "").strip(), model=model, favourites=favourites))

    @history.autocomplete("model")
    async def suggest_model(self, _interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
        """The models on offer whose name holds what was typed."""
        typed = current.strip().casefold()
        models = [model for model in self._service.catalog.models if typed in f"{model.title} {model.key}".casefold()]
        return [Choice(name=model.title, value=model.key) for model in models[:_CHOICES]]

    async def turn(self, interaction: discord.Interaction[Any], reference: str) -> None:
        """Show the page before or after, in the same message."""
        await interaction.response.defer()
        turn = Turn.read(reference)
        await self._show_page(interaction, turn.wish, turn.place, turn.way)

    async def _show_page(
        self, interaction: discord.Interaction[Any], wish: Wish, place: Place | None = None, way: Way = Way.OLDER
    ) -> None:
        words, archive = words_of(interaction), self._service.archive
        try:
            page = await archive.pages.page(whose(interaction), wish, place, way)
            await self._answer(interaction, page, wish, words)
            await archive.told([entry.job for entry in page.entries])  # and so no reminder of them has to follow
        except StoreUnavailable as error:
            _log.info("a history could not be read", cause=str(error))
            await interaction.edit_original_response(embed=told_embed(NO_DATABASE, words), attachments=[], view=None)

    async def _answer(self, interaction: discord.Interaction[Any], page: Page, wish: Wish, words: Words) -> None:
        links, files, gone = dict[str, str](), [], set[str]()
        found = await self._pictures.glimpses([entry.job for entry in page.entries])
        for job_id, picture in found.items():
            match picture:
                case bytes():
                    name = f"fluxcord-{job_id}.webp"
                    files.append(discord.File(io.BytesIO(picture), filename=name))
                    links[job_id] = f"attachment://{name}"
                case Missing(is_gone=is_gone):
                    gone |= {job_id} if is_gone else set()
                case _:
                    links[job_id] = picture
        embeds = page_embeds(page, wish, self._service.catalog, words, pictures=links, gone=frozenset(gone))
        view = page_buttons(page, wish, words)
        await interaction.edit_original_response(embeds=embeds, attachments=files, view=view)

    async def show(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Show a kept result to whom it belongs; with it, it is delivered."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        if job_id in self._under_way:
            refusal: Sentence | None = ON_ITS_WAY
        else:
            self._under_way.add(job_id)
            try:
                refusal = await self._show(interaction, job_id)
            except StoreUnavailable as error:
                _log.info("a kept result could not be shown, the database cannot be used", cause=str(error))
                refusal = NO_DATABASE
            finally:
                self._under_way.discard(job_id)
        if refusal is not None:
            await interaction.edit_original_response(embed=told_embed(refusal, words_of(interaction)))

    async def _show(self, interaction: discord.Interaction[Any], job_id: str) -> Sentence | None:
        """The sentence that refuses, or None when the images are shown."""
        job = await self._service.get(job_id)
        if job is None:
            return REMOVED
        refusal = _refusal(interaction, job)
        if refusal is not None:
            return refusal
        try:
            await self._showing.hand_over(interaction, job)
        except FileNotFoundError:
            _log.warning("the files of a kept result are gone", **about(job))
            return REMOVED
        except (WayClosed, TooLarge, DeliveryDelayed) as error:
            _log.warning("a kept result could not be shown", detail=str(error), **about(job))
            return NOT_TAKEN
        return None


def _refusal(interaction: discord.Interaction[Any], job: Job) -> Sentence | None:
    if not is_own(interaction, job):
        return NOT_YOURS
    if job.removed_at is not None:
        return REMOVED
    return SHOWN_ALREADY if job.status is not Status.UNDELIVERED else None
