"""What the members are called whom a picture names."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any, Final

import aiohttp
import discord
import structlog

_log = structlog.get_logger(__name__)
PATIENCE: Final = 2.0  # seconds for all of them together; the picture can do without


async def display_names(interaction: discord.Interaction[Any], user_ids: Collection[int]) -> Mapping[int, str]:
    """Those that Discord tells within two seconds: a bot without the intent for members remembers none of them."""
    known = {interaction.user.id: interaction.user.display_name}
    guild = interaction.guild
    asked = [user_id for user_id in user_ids if user_id > 0 and user_id not in known]
    if guild is None or not asked:
        return known

    async def ask(user_id: int) -> None:
        try:
            known[user_id] = (guild.get_member(user_id) or await guild.fetch_member(user_id)).display_name
        except discord.NotFound:
            return  # has left
        except (discord.HTTPException, aiohttp.ClientError) as error:
            _log.info("a member's name could not be read", user=user_id, cause=type(error).__name__)

    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*map(ask, asked))
    except TimeoutError:
        _log.info("members' names took too long", known=len(known), asked=len(asked))
    return known
