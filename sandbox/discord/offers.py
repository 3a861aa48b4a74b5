"""Which commands a client offers a member in a place, and what it hides."""

from sandbox.discord import permissions
from sandbox.discord.command_rules import MESSAGE_MENU, SLASH
from sandbox.discord.errors import Refusal
from sandbox.discord.installs import Owners, context_of, of_command
from sandbox.discord.model import Channel, Json, User
from sandbox.discord.world import World


def find_command(world: World, channel: Channel, name: str) -> Json:
    """Return the command of that name which is offered in a channel; a guild's own hides a global one."""
    return _find(world, channel, name, SLASH) or _not_here(f"there is no command /{name} here")


def find_menu_entry(world: World, channel: Channel, name: str) -> Json:
    """Return the entry of that name in the menu of a channel's messages."""
    return _find(world, channel, name, MESSAGE_MENU) or _not_here(f"a message has no {name} in its menu here")


def _find(world: World, channel: Channel, name: str, kind: int) -> Json | None:
    for scope in (channel.guild_id, None):
        for command in world.commands.get(scope, []):
            if command["name"] == name and command["type"] == kind:
                return command
    return None


def _not_here(why: str) -> Json:
    raise Refusal(why)


def check_may_use(world: World, channel: Channel, command: Json, user: User) -> Owners:
    """Refuse what the client hides from this member in this channel; return on whose behalf it is offered."""
    contexts, shown = command.get("contexts"), f"/{command['name']}" if command["type"] == SLASH else command["name"]
    owners = of_command(world, channel, user, command)
    if not owners or ("guild_id" not in command and contexts is not None and context_of(channel) not in contexts):
        raise Refusal(f"{shown} is not offered in this kind of channel")
    if command.get("nsfw") and not channel.place.nsfw:
        raise Refusal(f"{shown} is age-restricted and this channel is not")
    if channel.guild_id is None:
        return owners
    allowed = permissions.in_channel(world.guilds[channel.guild_id], channel, user.id)
    needed = command.get("default_member_permissions")
    if world.settings.commands_for_everybody:
        return owners
    if needed is not None and allowed != permissions.ALL and (int(needed) == 0 or int(needed) & ~allowed):
        raise Refusal(f"{shown} is not for this member")
    return owners
