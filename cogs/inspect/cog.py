"""`/inspect` and Inspect image: reads what an image says, in a thread, and answers whoever asks alone."""

import asyncio
import io
from collections.abc import Sequence
from typing import Any, Final

import discord
import structlog
from discord import app_commands
from discord.app_commands import Range, locale_str
from discord.ext import commands

from cogs.desk import OrderDesk
from cogs.embeds import sentence_embed
from cogs.inspect.embeds import REMAKE, order_in, told
from cogs.inspect.fetching import Fetcher, images_in, is_image
from cogs.inspect.links import linked_message
from cogs.inspect.wishes import wish_of
from cogs.place import ANY_CONTEXT, ANY_INSTALL, everywhere
from cogs.results.buttons import dynamic_button
from jobs.ids import is_job_id
from jobs.ports import StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.service import JobService
from media.metadata.reading import NotReadable, Reading, read
from media.metadata.recipe import Recipe, Tool
from words.speech import Words

_log = structlog.get_logger(__name__)

MOST_IMAGES: Final = 10  # of a message, Discord's bound
WHAT: Final = say(
    "Upload a picture with the option `image`, or paste a link to a message into `message`; one of the two."
)
NO_IMAGE: Final = say(
    "I see no PNG, JPEG or WebP there. If the message shows one, open its menu and choose Apps, then Inspect image."
)
NOT_READABLE: Final = say("This file is damaged, or no PNG, JPEG or WebP: I cannot look into it.")
SAYS_NOTHING: Final = say(
    "This image does not say how it was made. "
    "Either nothing was ever written into it, or whoever saved it removed that."
)
FEWER: Final = say("That message shows fewer images.")
NOT_HERE: Final = say("There is nothing to make again here. Inspect the image once more.")


class Inspect(commands.Cog):
    """The command, the entry in the menu of messages, and the button under the answer."""

    def __init__(self, bot: commands.AutoShardedBot, service: JobService, desk: OrderDesk) -> None:
        self._bot = bot
        self._service = service
        self._desk = desk
        self._fetcher = Fetcher()
        self._button = dynamic_button(REMAKE, self.again, reference="")
        self._menu = app_commands.ContextMenu(
            name=locale_str("Inspect image"),
            callback=self.menu,
            allowed_contexts=ANY_CONTEXT,
            allowed_installs=ANY_INSTALL,
        )

    async def cog_load(self) -> None:
        """Register the menu's entry, and answer presses from now on, those under old messages too."""
        self._bot.tree.add_command(self._menu)
        self._bot.add_dynamic_items(self._button)

    async def cog_unload(self) -> None:
        """Offer it no more."""
        self._bot.tree.remove_command(self._menu.name, type=self._menu.type)
        self._bot.remove_dynamic_items(self._button)

    @app_commands.command(name="inspect", description=locale_str("Read from an image how it was made"))
    @app_commands.describe(
        image=locale_str("A PNG, JPEG or WebP of up to 25 MB"),
        message=locale_str("A link to a message of this server that shows images"),
        number=locale_str("Which image of the message; the first that says something unless told"),
    )
    @everywhere
    async def inspect(
        self,
        interaction: discord.Interaction[Any],
        image: discord.Attachment | None = None,
        message: Range[str, 1, 200] | None = None,
        number: Range[int, 1, MOST_IMAGES] | None = None,
    ) -> None:
        """Look into an upload, or into what a message shows."""
        if (image is None) == (message is None):
            await interaction.response.send_message(embed=_said(interaction, WHAT), ephemeral=True)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        if image is not None:
            await self._answer(interaction, [image] if is_image(image) else [], None)
            return
        found = await linked_message(interaction, message or "")
        if isinstance(found, Sentence):
            await interaction.edit_original_response(embed=_said(interaction, found))
            return
        await self._answer(interaction, images_in(found), number)

    async def menu(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Look into what the message shows."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._answer(interaction, images_in(message), None)

    async def again(self, interaction: discord.Interaction[Any], _nothing: str) -> None:
        """Order what the answer shows, as if it had been typed; pressed twice at once, it is ordered once."""
        message = interaction.message
        chosen = order_in(message) if message is not None else None
        if message is None or chosen is None:
            await interaction.response.send_message(embed=_said(interaction, NOT_HERE), ephemeral=True)
            return
        await self._desk.imagine(interaction, chosen, source=f"remake:{message.id}")

    async def _answer(
        self, interaction: discord.Interaction[Any], images: Sequence[discord.Attachment], number: int | None
    ) -> None:
        found = await self._first(images, number)
        if isinstance(found, Sentence):
            await interaction.edit_original_response(embed=_said(interaction, found))
            return
        at, reading = found
        recipe = reading.recipe
        if recipe is None:
            await interaction.edit_original_response(embed=_said(interaction, SAYS_NOTHING))
            return
        catalog = self._desk.gate.catalog(interaction) or self._service.catalog
        wish = wish_of(recipe, catalog, private=await self._was_private(recipe))
        answer = told(reading, recipe, wish, Words(interaction.locale.value), number=at, of=len(images))
        files = [] if answer.line is None else [_file(answer.line)]
        await interaction.edit_original_response(embeds=answer.embeds, view=answer.view, attachments=files)

    async def _first(self, images: Sequence[discord.Attachment], number: int | None) -> tuple[int, Reading] | Sentence:
        """The image of that number, or the first that says something, and what it says; or why there is none."""
        if not images:
            return NO_IMAGE
        if number is not None and number > len(images):
            return FEWER
        wanted = [number] if number is not None else range(1, min(len(images), MOST_IMAGES) + 1)
        found: tuple[int, Reading] | Sentence = NO_IMAGE
        for at in wanted:
            reading = await self._read(images[at - 1])
            if isinstance(reading, Reading):
                found = (at, reading)
                if reading.recipe is not None:
                    break
            elif isinstance(found, Sentence):
                found = reading
        return found

    async def _was_private(self, recipe: Recipe) -> bool:
        """Whether a job of ours made it for one person alone: then what is made of it is private too."""
        if recipe.tool is not Tool.FLUXCORD or not is_job_id(recipe.job):
            return False
        try:
            job = await self._service.get(recipe.job)
        except StoreUnavailable as error:
            _log.info("whether an image was private could not be looked up", cause=str(error))
            return True
        return job is not None and job.order.private

    async def _read(self, image: discord.Attachment) -> Reading | Sentence:
        data = await self._fetcher.fetch(image)
        if isinstance(data, Sentence):
            return data
        try:
            return await asyncio.to_thread(read, data)
        except NotReadable as error:
            _log.info("an image could not be inspected", cause=str(error))
            return NOT_READABLE


def _said(interaction: discord.Interaction[Any], sentence: Sentence) -> discord.Embed:
    return sentence_embed(sentence, Words(interaction.locale.value))


def _file(line: str) -> discord.File:
    return discord.File(io.BytesIO(line.encode()), filename="fluxcord-command.txt")
