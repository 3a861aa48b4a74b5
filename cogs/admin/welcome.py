"""The one message that a server gets when the bot is invited: what to type first."""

import discord
import structlog

from cogs.delivery.trouble import TooLarge, WayClosed, translated
from cogs.embeds import WORKING
from jobs.ports import DeliveryDelayed
from jobs.sentence import say
from words.speech import Words

_log = structlog.get_logger(__name__)


async def welcome(guild: discord.Guild) -> None:
    """Say it in the channel for Discord's own messages, if there is one and the bot may; otherwise nowhere."""
    channel = guild.system_channel
    if channel is None:
        return
    allowed = channel.permissions_for(guild.me)
    if not (allowed.view_channel and allowed.send_messages and allowed.embed_links):
        return
    try:
        with translated():
            await channel.send(embed=welcome_embed(Words(guild.preferred_locale.value)))
    except (WayClosed, TooLarge, DeliveryDelayed) as error:
        _log.info("a server could not be greeted", guild=guild.id, cause=str(error))


def welcome_embed(words: Words) -> discord.Embed:
    """For its admins and for its members."""
    text = say(
        "**Members** type `/imagine prompt: a lighthouse in a storm, oil painting`; `/help` shows everything.\n"
        "**Admins** type `/admin setup`: it tells what is missing, and decides how much, where and what."
    )
    return discord.Embed(title=words(say("I make images from words")), description=words(text), colour=WORKING)
