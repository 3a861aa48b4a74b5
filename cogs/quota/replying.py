"""How an admin is answered: acknowledged to them alone, then what came of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
import structlog

from cogs.admin.writing import STORE_TROUBLE
from cogs.embeds import sentence_embed
from jobs.ports import StoreUnavailable
from jobs.sentence import Sentence
from words.speech import Words

_log = structlog.get_logger(__name__)
Said = Sentence | discord.Embed
"""Why nothing was done, or what was."""


async def reply(interaction: discord.Interaction[Any], act: Callable[[Words], Awaitable[Said]]) -> None:
    """Acknowledge, do it, and say what came of it, or that the database cannot be used."""
    words = Words(interaction.locale.value)
    await interaction.response.defer(ephemeral=True, thinking=True)
    try:
        said = await act(words)
    except StoreUnavailable as error:
        _log.info("an admin's command was refused, the database cannot be used", cause=str(error))
        said = STORE_TROUBLE
    embed = sentence_embed(said, words) if isinstance(said, Sentence) else said
    await interaction.edit_original_response(embed=embed)
