"""The one place where an unforeseen error of a command or a button is caught: logged once, told once."""

from typing import Any, Final

import aiohttp
import discord
import structlog
from discord import app_commands

from cogs.answering import UNKNOWN_INTERACTION
from cogs.embeds import FAILED, sentence_embed
from jobs.sentence import Sentence, say
from words.speech import Words

_log = structlog.get_logger(__name__)
UNFORESEEN: Final = say("Something went wrong in this bot. Please try again; its operator finds the cause in the log.")
NOT_ALLOWED: Final = say("You are not allowed to use this command here. Ask a moderator of this server.")
CHANGED: Final = say("This command has changed. Wait a minute, reload Discord, and try again.")


class Refused(app_commands.CheckFailure):
    """A check said no, and why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Tree(app_commands.CommandTree[Any]):
    """discord.py's command tree, with our answer to errors."""

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Everything ends in `report`."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await report(interaction, cause, action=interaction.command.qualified_name if interaction.command else "?")


async def report(interaction: discord.Interaction[Any], cause: Exception, *, action: str) -> None:
    """Log an unforeseen error once and tell the user once. Precedence: not allowed, too late, everything else."""
    match cause:
        case Refused(sentence=sentence):
            await tell(interaction, sentence)
        case app_commands.CheckFailure():
            await tell(interaction, NOT_ALLOWED)
        case app_commands.CommandNotFound():
            _log.warning("an unknown command; are the commands synced?", action=cause.name)
            await tell(interaction, CHANGED)
        case discord.NotFound(code=code) if code == UNKNOWN_INTERACTION:
            _log.warning("acknowledged too late", action=action, interaction=interaction.id)
        case _ if interaction.client.is_closed():  # nothing can be said any more, whatever it was
            _log.info("cut off by the stop", action=action, interaction=interaction.id, cause=type(cause).__name__)
        case _:
            _log.error("a command failed", action=action, interaction=interaction.id, exc_info=cause)
            await tell(interaction, UNFORESEEN)


async def tell(interaction: discord.Interaction[Any], sentence: Sentence) -> None:
    """Say it ephemerally, whether or not the interaction was acknowledged; never raises."""
    embed = sentence_embed(sentence, Words(interaction.locale.value), colour=FAILED)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(embed=embed, ephemeral=True)
        else:
            await interaction.response.send_message(embed=embed, ephemeral=True)
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError) as error:
        _log.warning("an error could not be told", interaction=interaction.id, cause=type(error).__name__)
