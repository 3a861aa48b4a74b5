"""From a link to a message to the message, as far as whoever gives the link may read it themselves."""

import re
from typing import Any, Final

import discord

from cogs.place import guild_of
from jobs.model import DIRECT
from jobs.sentence import Sentence, say

_LINK: Final = re.compile(
    r"<?https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/channels/(@me|\d{15,20})/(\d{15,20})/(\d{15,20})>?"
)
NO_LINK: Final = say("That is no link to a message. Choose Copy Message Link in its menu, and paste it into `message`.")
ELSEWHERE: Final = say("I look at messages of this server only, in channels that you can read.")
NOT_FOUND: Final = say(
    "I cannot see that message. Open its menu and choose Apps, then Inspect image; or upload the image with `/inspect`."
)


async def linked_message(interaction: discord.Interaction[Any], link: str) -> discord.Message | Sentence:
    """The message, or the sentence that says why not."""
    match = _LINK.fullmatch(link.strip())
    if match is None:
        return NO_LINK
    guild, channel_id, message_id = match[1], int(match[2]), int(match[3])
    channel = _channel(interaction, None if guild == "@me" else int(guild), channel_id)
    if channel is None:
        return ELSEWHERE
    try:
        return await channel.fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden):
        return NOT_FOUND


def _channel(
    interaction: discord.Interaction[Any], guild_id: int | None, channel_id: int
) -> discord.abc.Messageable | None:
    """The channel, if it is this one, or one of this server that whoever asks can read too."""
    if guild_id != interaction.guild_id:
        return None
    if channel_id == interaction.channel_id:
        here: discord.PartialMessageable = interaction.client.get_partial_messageable(channel_id)
        return here
    guild, member = interaction.guild, interaction.user
    if guild is None or guild_of(interaction) == DIRECT or not isinstance(member, discord.Member):
        return None
    channel = guild.get_channel_or_thread(channel_id)
    if not isinstance(channel, discord.abc.Messageable) or isinstance(channel, discord.abc.PrivateChannel):
        return None
    if isinstance(channel, discord.Thread) and channel.is_private():
        return None  # who is in it is not known here
    allowed = channel.permissions_for(member)
    return channel if allowed.view_channel and allowed.read_message_history else None
