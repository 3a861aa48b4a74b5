"""From a button's, a form's or a message's reference to the job, or to the sentence that says why not."""

from collections.abc import Callable
from typing import Any, Final

import discord
import structlog

from cogs.embeds import sentence_embed
from cogs.results.rights import is_here, may_use
from jobs.ids import is_job_id
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.sentence import Sentence, say
from jobs.service import JobService
from words.speech import Words

_log = structlog.get_logger(__name__)
NOT_YOURS: Final = say("Only the person who asked for this image, or a moderator, can do that. Ask one of them.")
PRIVATE: Final = say("This image is private: only the person who asked for it can do that.")
GONE: Final = say("This image's record is not kept any more. Start a new one with `/imagine`.")
NO_IMAGE: Final = say("No single image belongs to this message. Choose one that shows images or says how they ended.")
NOT_MINE: Final = say("This works on messages of mine only: choose one that shows an image I have made.")
WORDS_GONE: Final = say("The prompt of this image is not kept any more. Start a new one with `/imagine`.")
STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was done and nothing was charged. "
    "Please try again in a minute."
)

May = Callable[[discord.Interaction[Any], Job], bool]


class Finder:
    """Looks up what is pressed, and whether whoever pressed may."""

    def __init__(self, service: JobService) -> None:
        self._service = service

    async def find(self, interaction: discord.Interaction[Any], reference: str, may: May = may_use) -> Job | Sentence:
        """The job that a reference names: its id, or the id of a message that was sent for it."""
        try:
            if is_job_id(reference):
                job, unknown = await self._service.get(reference), GONE
            else:
                job, unknown = await self._service.shown_in(int(reference)), NO_IMAGE
        except StoreUnavailable as error:
            _log.info("a press was refused, the database cannot be used", cause=str(error))
            return STORE_TROUBLE
        if job is None or not is_here(interaction, job):
            return unknown
        if may(interaction, job):
            return job
        return PRIVATE if may is may_use else NOT_YOURS


def said(interaction: discord.Interaction[Any], sentence: Sentence) -> discord.Embed:
    """A refusal in the language of whoever reads it."""
    return sentence_embed(sentence, Words(interaction.locale.value))


async def refuse(interaction: discord.Interaction[Any], sentence: Sentence) -> None:
    """Say it to whoever acted, alone, whether or not the interaction is acknowledged."""
    if interaction.response.is_done():
        await interaction.followup.send(embed=said(interaction, sentence), ephemeral=True)
    else:
        await interaction.response.send_message(embed=said(interaction, sentence), ephemeral=True)
