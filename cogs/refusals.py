"""Why something cannot be ordered here and now: the place, the key, the safety checker, the library."""

from typing import Any, Final

import discord

from cogs.place import guild_of, is_age_restricted, missing_permissions
from jobs.breaker import ACCOUNT_SENTENCES
from jobs.catalog import Model
from jobs.library.libraries import Libraries
from jobs.library.resolving import why_not_again
from jobs.model import DIRECT
from jobs.parameters import Option
from jobs.request import ImageRequest
from jobs.sentence import Sentence, say
from jobs.service import JobService
from jobs.validation import Fault
from words.speech import Words

STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was made and nothing was charged. "
    "Please try again in a minute."
)
MODEL_GONE: Final = say("The model of this image is not on offer any more. Choose another one with `/imagine`.")
RESTARTING: Final = say(
    "The bot is restarting. Nothing was made and nothing was charged. Please try again in a minute."
)
NOT_DIRECTLY: Final = say("I make images in servers only: use the command in a channel of a server that I am in.")


class Refusals:
    """Refuses before anything is asked of the database.

    `unsafe_guilds` are the servers where the safety checker may be switched off.
    """

    def __init__(self, service: JobService, libraries: Libraries, *, unsafe_guilds: frozenset[int]) -> None:
        self._service = service
        self._libraries = libraries
        self._unsafe_guilds = unsafe_guilds

    def closed(self, model: Model) -> Sentence | None:
        """Why it is no use to order this model now: what would be told after the wait is told at once.

        Once the breaker's pause is over the next order goes through: it tries the key.
        """
        outage = self._service.outage(model)
        if outage is None or not outage.hopeless:
            return None
        why = ACCOUNT_SENTENCES[outage.reason]
        works = [other.title for other in self._service.catalog.models if self._service.outage(other) is None]
        if not works:
            return say("{why} Nothing was made and nothing was charged.", why=why)
        return say(
            "{why} Nothing was made and nothing was charged. "
            "Meanwhile choose **{model}** with `/imagine` and its option `model`.",
            why=why,
            model=works[0],
        )

    def unsafe(self, interaction: discord.Interaction[Any]) -> list[Fault]:
        """Why the safety checker may not be off here: the server's admin and an age-restricted channel decide."""
        if guild_of(interaction) == DIRECT:
            text = say("`safety` can be switched off only in servers: leave it out.")
        elif interaction.guild_id not in self._unsafe_guilds:
            text = say("`safety` cannot be switched off in this server: leave it out.")
        elif not is_age_restricted(interaction.channel):
            text = say("`safety` can be switched off only in an age-restricted channel: leave it out, or go to one.")
        else:
            return []
        return [Fault(option=Option.SAFETY, sentence=text)]

    def loras(self, interaction: discord.Interaction[Any], request: ImageRequest) -> Sentence | None:
        """Why a former request's LoRAs may not be used here and now: the library may have changed since then."""
        library = self._libraries.of(guild_of(interaction))
        return why_not_again(request, library=library, restricted=is_age_restricted(interaction.channel))

    def here(
        self, interaction: discord.Interaction[Any], *, private: bool, may_be_private: bool = False
    ) -> Sentence | None:
        """Why nothing at all can be ordered here and now; None: it can."""
        if not self._service.accepting:
            return RESTARTING
        if guild_of(interaction) == DIRECT and not self._service.serves_directly:
            return NOT_DIRECTLY
        missing = [] if private else missing_permissions(interaction)
        if not missing:
            return None
        words = Words(interaction.locale.value)
        names = ", ".join(f"**{words(name)}**" for name in missing)
        if may_be_private:
            return say(
                "I cannot post images here: I lack {permissions} in this channel. Ask a moderator to allow it, "
                "or use `private: True`. Nothing was made and nothing was charged.",
                permissions=names,
            )
        return say(
            "I cannot post images here: I lack {permissions} in this channel. Ask a moderator to allow it. "
            "Nothing was made and nothing was charged.",
            permissions=names,
        )
