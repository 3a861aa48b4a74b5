"""Where something is typed or pressed: in a server of the bot's, or outside of all of them."""

from typing import Any, Final, TypeVar

import discord
from discord import app_commands

from jobs.model import DIRECT
from jobs.sentence import Sentence, say

_Command = TypeVar("_Command")
ANY_CONTEXT: Final = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
ANY_INSTALL: Final = app_commands.AppInstallationType(guild=True, user=True)
SERVER_CONTEXT: Final = app_commands.AppCommandContext(guild=True)
SERVER_INSTALL: Final = app_commands.AppInstallationType(guild=True)
_CAN_BE_RESTRICTED: Final = (discord.TextChannel, discord.VoiceChannel, discord.StageChannel, discord.ForumChannel)


def everywhere(command: _Command) -> _Command:
    """Offer a command in direct messages too, and wherever a user takes the bot along.

    Whatever does not say so is offered in the bot's servers alone.
    """
    offered = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)
    return app_commands.allowed_installs(guilds=True, users=True)(offered)


def guild_of(interaction: discord.Interaction[Any]) -> int:
    """The server whose rules and quota hold here; `DIRECT` outside of the servers that the bot is a member of.

    These are direct messages, and all places to which a user takes the bot along, other servers among them:
    https://discord.com/developers/docs/resources/application#installation-context
    """
    guild_id = interaction.guild_id
    return guild_id if guild_id is not None and interaction.is_guild_integration() else DIRECT


def roles_of(interaction: discord.Interaction[Any]) -> tuple[int, ...]:
    """The roles of whoever acts in the server, ascending, without everyone's; none outside of servers."""
    if guild_of(interaction) == DIRECT or not isinstance(interaction.user, discord.Member):
        return ()
    return tuple(sorted(role.id for role in interaction.user.roles if not role.is_default()))


def places_of(channel: object) -> frozenset[int]:
    """The ids by which rules may name a channel: its own, its category's, and of a thread its channel's."""
    if isinstance(channel, discord.Thread):
        return frozenset({channel.id, channel.parent_id}) | places_of(channel.parent)
    category = channel.category_id if isinstance(channel, discord.abc.GuildChannel) else None
    own = channel.id if isinstance(channel, discord.abc.Snowflake) else None
    return frozenset(each for each in (own, category) if each is not None)


def missing_permissions(interaction: discord.Interaction[Any]) -> list[Sentence]:
    """What the bot may not do here although a public result needs it, in Discord's words.

    Outside of its servers it sends nothing to a channel: there Discord states only what an answer may hold.
    """
    allowed = interaction.app_permissions
    needed = [(say("Attach Files"), allowed.attach_files), (say("Embed Links"), allowed.embed_links)]
    if guild_of(interaction) != DIRECT:
        in_thread = isinstance(interaction.channel, discord.Thread)
        sends = allowed.send_messages_in_threads if in_thread else allowed.send_messages
        needed = [(say("View Channel"), allowed.view_channel), (say("Send Messages"), sends), *needed]
    return [name for name, granted in needed if not granted]


def is_age_restricted(channel: object) -> bool:
    """Whether Discord shows a channel to adults alone; a thread is as its channel."""
    if isinstance(channel, discord.Thread):
        channel = channel.parent
    return isinstance(channel, _CAN_BE_RESTRICTED) and channel.is_nsfw()
