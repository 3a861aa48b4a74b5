"""Who is an admin and who a moderator, in the server where something is typed or pressed, and nowhere else."""

from typing import Any, Final

import discord

from cogs.place import guild_of
from jobs.model import DIRECT
from jobs.sentence import say

NOT_AN_ADMIN: Final = say("Only members with **Manage Server** can do that, in a server that I am in. Ask one of them.")


def is_admin(interaction: discord.Interaction[Any]) -> bool:
    """With Manage Server or Administrator here; never outside of the servers that the bot is a member of.

    Discord states with each interaction what its user may do in its channel:
    https://discord.com/developers/docs/resources/guild#guild-member-object
    """
    allowed = interaction.permissions
    return guild_of(interaction) != DIRECT and (allowed.manage_guild or allowed.administrator)


def is_moderator(interaction: discord.Interaction[Any]) -> bool:
    """With Manage Messages here, or an admin."""
    in_server = guild_of(interaction) != DIRECT
    return is_admin(interaction) or (in_server and interaction.permissions.manage_messages)
