"""Whose presets may be changed by whom, and the sentences that say so."""

from typing import Any, Final

import discord

from cogs.admin.rights import is_moderator
from cogs.place import guild_of
from jobs.model import DIRECT
from jobs.presets import Owner
from jobs.sentence import Sentence, say

PERSONAL: Final = "mine"
SERVER: Final = "server"
STORE_TROUBLE: Final = say(
    "The bot's database cannot be used right now. Nothing was changed. Please try again in a minute."
)
NOT_A_MODERATOR: Final = say(
    "Only moderators, members with **Manage Messages**, change this server's presets. Save one for yourself instead."
)
NO_SERVER: Final = say("There is no server here: use this in a server, or save the preset for yourself.")
UNKNOWN_PRESET: Final = say(
    "There is no such preset of yours or of this server. Choose one from the list; `/preset list` shows all of them."
)


def owner_of(interaction: discord.Interaction[Any], *, for_server: bool) -> Owner | Sentence:
    """Whose preset it becomes, or why it cannot be."""
    if not for_server:
        return Owner.user(interaction.user.id)
    if guild_of(interaction) == DIRECT:
        return NO_SERVER
    return Owner.server(guild_of(interaction)) if is_moderator(interaction) else NOT_A_MODERATOR
