"""Messages that a killed process may have sent already, for what nobody looks for in a channel afterwards."""

from typing import Any

import discord
from discord import ui


async def send_again(
    channel: discord.abc.Messageable, embed: discord.Embed, *, nonce: str, view: ui.View | None = None, **extras: Any
) -> discord.Message:
    """Send it, or bring up to date what was sent with this nonce: for some minutes Discord answers with that message.

    The nonce has at most 25 characters and says which message it is, not what is in it.
    https://discord.com/developers/docs/resources/message#create-message
    """
    if view is not None:
        extras["view"] = view
    message = await channel.send(embed=embed, nonce=nonce, **extras)
    if [_gist(each) for each in message.embeds] != [_gist(embed)]:
        await message.edit(embed=embed, view=view)
    return message


def _gist(embed: discord.Embed) -> tuple[object, ...]:
    return embed.title, *(field.name for field in embed.fields)
