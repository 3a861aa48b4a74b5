"""Discord's permission bits, and what a member may do in a channel."""

import enum
from collections.abc import Iterable

from sandbox.discord.model import Channel, Guild


class Permission(enum.IntFlag):
    """The permissions that the stand-in checks or lets tests set."""

    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    USE_EXTERNAL_APPS = 1 << 50


ALL = (1 << 53) - 1  # every bit, named here or not
TALKING = (
    Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.ADD_REACTIONS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.SEND_MESSAGES_IN_THREADS
)
EVERYONE = TALKING | Permission.USE_EXTERNAL_APPS  # what a new server allows its members
# Without the right to send these mean nothing, so Discord takes them away as well.
_NEED_SENDING = Permission.MENTION_EVERYONE | Permission.ATTACH_FILES | Permission.EMBED_LINKS
IN_DM = int(TALKING | Permission.MENTION_EVERYONE)


def to_send(channel: Channel) -> Permission:
    """Return the bit that lets one send messages there."""
    return Permission.SEND_MESSAGES if channel.thread is None else Permission.SEND_MESSAGES_IN_THREADS


def from_names(names: Iterable[str]) -> int:
    """Return the bits of permissions named as Discord names them, in any case ("send_messages").

    Raises:
        ValueError: a name that is no permission.
    """
    bits = 0
    for name in names:
        try:
            bits |= Permission[name.upper()]
        except KeyError:
            raise ValueError(f"no permission is called {name!r}") from None
    return bits


def in_guild(guild: Guild, user_id: int) -> int:
    """Return the member's bits before any channel's overwrites; 0 for one who is no member.

    Source: https://discord.com/developers/docs/topics/permissions#permission-hierarchy
    """
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if guild.owner_id == user_id:
        return ALL
    bits = guild.roles[guild.id].permissions
    for role_id in member.role_ids:
        bits |= guild.roles[role_id].permissions
    return ALL if bits & Permission.ADMINISTRATOR else bits


def in_channel(guild: Guild, channel: Channel, user_id: int) -> int:
    """Return the member's bits in a channel: @everyone's overwrite, then the roles', then the member's.

    A thread has those of its parent, where another bit than SEND_MESSAGES says who may send:
    https://discord.com/developers/docs/topics/permissions#inherited-permissions-threads
    """
    overwrites = channel.place.overwrites
    bits = in_guild(guild, user_id)
    if bits in {0, ALL}:
        return bits
    if everyone := overwrites.get(guild.id):
        bits = bits & ~everyone.deny | everyone.allow
    allow = deny = 0
    for role_id in guild.members[user_id].role_ids:
        if overwrite := overwrites.get(role_id):
            allow |= overwrite.allow
            deny |= overwrite.deny
    bits = bits & ~deny | allow
    if own := overwrites.get(user_id):
        bits = bits & ~own.deny | own.allow
    if not bits & Permission.VIEW_CHANNEL:
        return 0
    if not bits & to_send(channel):
        bits &= ~_NEED_SENDING
    return bits
