"""Who may do what with a result: pure rules."""

from typing import Any

import discord

from cogs.admin.rights import is_admin
from cogs.place import guild_of
from jobs.model import DIRECT, Job


def may_use(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Look at it, report it, and make more of it at one's own expense: whoever sees it; a private one is its user's."""
    return is_here(interaction, job) and (not job.order.private or is_owner(interaction, job))


def may_remove(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Delete or cancel it: its user, and in its server whoever may manage messages."""
    manages = interaction.guild_id is not None and interaction.permissions.manage_messages
    return is_here(interaction, job) and (is_owner(interaction, job) or manages or is_admin(interaction))


def is_owner(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Whether this is who asked for it."""
    return interaction.user.id == job.order.user_id


def is_here(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Whether the job belongs to this server; outside of servers its user sees it, and who shares the channel."""
    if guild_of(interaction) != DIRECT:
        return guild_of(interaction) == job.order.guild_id
    return is_owner(interaction, job) or (
        job.order.guild_id == DIRECT and job.order.channel_id == interaction.channel_id
    )


def is_private(message: discord.Message | None) -> bool:
    """Whether only one member sees this message: then what is made of it is as private."""
    return message is not None and message.flags.ephemeral
