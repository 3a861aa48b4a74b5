"""Whose history an interaction is about, and whether a result belongs to whoever asks for it."""

from typing import Any, Final

import discord
import structlog

from cogs.place import guild_of
from jobs.archive import Archive
from jobs.history import Entry
from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.records import Whose
from jobs.sentence import Sentence, say
from jobs.status import Status
from words.speech import Words

_log = structlog.get_logger(__name__)
NO_DATABASE: Final = say("The bot's database cannot be used right now. Please try again in a minute.")
NOT_HERE: Final = say("These images are not in your history here. Look at it with `/history`.")
ERASED: Final = say("You have deleted these images.")


def whose(interaction: discord.Interaction[Any]) -> Whose:
    """The user where they are now: in a server of the bot's, or outside of all of them."""
    return Whose(guild_id=guild_of(interaction), user_id=interaction.user.id)


def is_own(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Whether whoever asks made it, in the server where they ask."""
    return whose(interaction) == Whose(guild_id=job.order.guild_id, user_id=job.order.user_id)


async def own_entry(interaction: discord.Interaction[Any], archive: Archive, job_id: str) -> Entry | Sentence:
    """A result in the history of whoever asks; otherwise why there is none. Never raises."""
    try:
        entry = await archive.pages.entry(job_id)
    except StoreUnavailable as error:
        _log.info("a history's button was refused, the database cannot be used", cause=str(error))
        return NO_DATABASE
    if entry is None or not is_own(interaction, entry.job) or entry.job.status is not Status.DELIVERED:
        return NOT_HERE
    return entry if entry.job.hidden_at is None else ERASED


def words_of(interaction: discord.Interaction[Any]) -> Words:
    """The language of whoever asks."""
    return Words(interaction.locale.value)
