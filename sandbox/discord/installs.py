"""On whose behalf the application acts in a place: a server that has it, a user who took it along, or both.

Sources: https://discord.com/developers/docs/resources/application#installation-context and
https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object. No page says what the
application may do where only a user has it: here what that user may, as far as Discord grants it in conversations.
"""

import enum
from typing import Final

from sandbox.discord.model import Channel, Interaction, Json, Message, User
from sandbox.discord.permissions import Permission
from sandbox.discord.world import World

BY_SERVER, BY_USER = "0", "1"  # installation types, as the keys of `authorizing_integration_owners`
FOLLOW_UPS: Final = 5  # what Discord takes where only a user has the application
_ABROAD: Final = Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE
_IN_BOT_DM: Final = _ABROAD | Permission.USE_EXTERNAL_EMOJIS
Owners = dict[str, str]


class Context(enum.IntEnum):
    """Where an interaction takes place."""

    GUILD = 0
    BOT_DM = 1
    PRIVATE_CHANNEL = 2


def context_of(channel: Channel) -> Context:
    """Return the kind of place that a channel is."""
    if channel.guild_id is not None:
        return Context.GUILD
    return Context.PRIVATE_CHANNEL if channel.party else Context.BOT_DM


def is_there(world: World, channel: Channel) -> bool:
    """Whether the bot itself is in a place."""
    if channel.guild_id is None:
        return not channel.party
    return world.bot.id in world.guilds[channel.guild_id].members


def of_command(world: World, channel: Channel, user: User, command: Json) -> Owners:
    """Return who has installed the application in such a way that the command is offered; nobody: it is not."""
    if "guild_id" in command:
        return {BY_SERVER: command["guild_id"]} if is_there(world, channel) else {}
    kinds = command.get("integration_types") or [int(BY_SERVER)]
    owners: Owners = {}
    if int(BY_SERVER) in kinds and is_there(world, channel):
        owners[BY_SERVER] = str(channel.guild_id or 0)
    if int(BY_USER) in kinds and user.installed:
        owners[BY_USER] = str(user.id)
    return owners


def of_message(world: World, channel: Channel, message: Message) -> Owners:
    """Return the same for the components of a message: a server's as it is now, a user's as it was then."""
    origin = world.interactions.get(message.interaction_id or 0)
    owners: Owners = {BY_SERVER: str(channel.guild_id or 0)} if is_there(world, channel) else {}
    if origin is not None and BY_USER in origin.owners:
        owners[BY_USER] = origin.owners[BY_USER]
    return owners


def is_abroad(interaction: Interaction) -> bool:
    """Whether only a user has the application there."""
    return BY_SERVER not in interaction.owners


def must_be_ephemeral(world: World, interaction: Interaction) -> bool:
    """Whether Discord shows whatever is answered to the user alone."""
    channel = world.channels[interaction.channel_id]
    if channel.guild_id is None or not is_abroad(interaction):
        return False
    return not world.permissions(channel, interaction.user_id) & Permission.USE_EXTERNAL_APPS


def app_permissions(world: World, channel: Channel, user_id: int) -> int:
    """Return what an interaction says the application may do where it happens."""
    match context_of(channel):
        case Context.BOT_DM:
            return int(_IN_BOT_DM)
        case Context.PRIVATE_CHANNEL:
            return int(_ABROAD)
        case Context.GUILD if is_there(world, channel):
            return world.permissions(channel, world.bot.id)
        case Context.GUILD:
            return int(_IN_BOT_DM) & world.permissions(channel, user_id)
