"""How an admin's change is written: acknowledged first, and told where the database cannot be used."""

from collections.abc import Awaitable
from typing import Any, Final

import discord
import structlog

from cogs.results.finding import refuse
from jobs.ports import StoreUnavailable
from jobs.sentence import say

_log = structlog.get_logger(__name__)
STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was changed. Please try again in a minute."
)


async def written(interaction: discord.Interaction[Any], write: Awaitable[object]) -> bool:
    """Whether it was written; where not, whoever acted has been told. To be called after the acknowledgement."""
    try:
        await write
    except StoreUnavailable as error:
        _log.info("an admin's change could not be made, the database cannot be used", cause=str(error))
        await refuse(interaction, STORE_TROUBLE)
        return False
    return True
