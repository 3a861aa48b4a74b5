"""The first answer to what was typed or pressed: given, and taken back where nothing comes of it."""

from typing import Any, Final

import aiohttp
import discord
import structlog

_log = structlog.get_logger(__name__)
UNKNOWN_INTERACTION: Final = 10062  # Discord: acknowledged too late; the user has been told already


async def acknowledge(
    interaction: discord.Interaction[Any], *, private: bool, embed: discord.Embed | None = None
) -> int | None:
    """Acknowledge, by an embed or else with the answer to follow; returns the id of the response's message.

    None when Discord did not take it: it came too late, and the user has been told so by Discord.
    """
    try:
        if embed is None:
            taken = await interaction.response.defer(ephemeral=private, thinking=True)
        else:
            taken = await interaction.response.send_message(embed=embed, ephemeral=private)
        if taken is not None and taken.message_id is not None:
            return taken.message_id
    except discord.NotFound as error:
        if error.code != UNKNOWN_INTERACTION:
            raise
        _log.warning("acknowledged too late; nothing was ordered", interaction=interaction.id)
        return None
    except (aiohttp.ClientError, discord.DiscordServerError, TimeoutError) as error:
        _log.warning("the acknowledgement's answer was lost", interaction=interaction.id, cause=type(error).__name__)
    # Whether it was taken shows in whether there is a response.
    try:
        return (await interaction.original_response()).id
    except (discord.HTTPException, aiohttp.ClientError, TimeoutError):
        _log.warning("not acknowledged; nothing was ordered", interaction=interaction.id)
        return None


async def answer(interaction: discord.Interaction[Any], embed: discord.Embed) -> None:
    """Answer at once, to nobody but the user."""
    await interaction.response.send_message(embed=embed, ephemeral=True)


async def take_back(interaction: discord.Interaction[Any], embed: discord.Embed, *, private: bool) -> None:
    """Refuse after the acknowledgement: nobody but the user sees why, and no public remains are left."""
    if private:
        await interaction.edit_original_response(embed=embed)
        return
    await interaction.delete_original_response()
    await interaction.followup.send(embed=embed, ephemeral=True)
