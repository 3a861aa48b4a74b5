"""Control routes that change servers: who is in them, their roles, and whether the bot can reach them."""

from aiohttp import web

from sandbox.discord import permissions
from sandbox.discord.context import Discord
from sandbox.discord.control_views import guild_view, role_view
from sandbox.discord.control_web import Asked, add_control, find_user
from sandbox.discord.errors import NoSuchThing
from sandbox.discord.model import Guild, Json, Member, Role, User
from sandbox.discord.serialise import guild_create_json, member_json, role_json
from sandbox.discord.sessions import Intents


def find_guild(discord: Discord, guild_id: int) -> Guild:
    """Return a server for the control API."""
    if guild_id not in discord.world.guilds:
        raise NoSuchThing(f"there is no guild {guild_id}")
    return discord.world.guilds[guild_id]


def find_role(guild: Guild, role_id: int) -> Role:
    """Return a server's role for the control API."""
    if role_id not in guild.roles:
        raise NoSuchThing(f"{guild.name} has no role {role_id}")
    return guild.roles[role_id]


def _member(discord: Discord, guild: Guild, user_id: int) -> tuple[User, Member]:
    user = find_user(discord, user_id)
    if user.id not in guild.members:
        raise NoSuchThing(f"{user.name} is no member of {guild.name}")
    return user, guild.members[user.id]


def _tell(discord: Discord, kind: str, guild: Guild, data: Json) -> None:
    """Tell the bot, if it is there and the server can be reached."""
    if discord.world.bot.id in guild.members and not guild.unavailable:
        discord.sessions.dispatch(kind, data, guild_id=guild.id, intent=Intents.GUILDS)


def _tell_there(discord: Discord, guild: Guild, *, joined: bool) -> None:
    """Tell the bot of a server that it has joined, or that can be reached again.

    Only of the latter does Discord say that it is not unavailable: libraries tell the two apart by that.
    """
    if discord.world.bot.id in guild.members:
        data = guild_create_json(discord.world, guild)
        if joined:
            del data["unavailable"]
        _tell(discord, "GUILD_CREATE", guild, data)


def _tell_gone(discord: Discord, guild: Guild, *, unavailable: bool = False) -> None:
    """Tell the bot that a server is gone for it, or cannot be reached for a while.

    Source: https://discord.com/developers/docs/events/gateway-events#guild-delete
    """
    data: Json = {"id": str(guild.id)}
    if unavailable:
        data["unavailable"] = True
    discord.sessions.dispatch("GUILD_DELETE", data, guild_id=guild.id, intent=Intents.GUILDS)


async def _add_guild(asked: Asked) -> object:
    guild = asked.discord.world.add_guild(
        str(asked.get("name")),
        owner=asked.user("owner_id"),
        locale=str(asked.body.get("locale", "en-US")),
        with_bot=bool(asked.body.get("with_bot", True)),
    )
    _tell_there(asked.discord, guild, joined=True)
    return guild_view(guild)


async def _change_guild(asked: Asked) -> object:
    """Set the channel for Discord's own notices, or let the server be unreachable for a while."""
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    if "system_channel_id" in asked.body:
        given = asked.body["system_channel_id"]
        channel = None if given is None else discord.world.channel(int(given))
        if channel is not None and channel.guild_id != guild.id:
            raise ValueError(f"{channel.name} is no channel of {guild.name}")
        guild.system_channel_id = None if channel is None else channel.id
        data = guild_create_json(discord.world, guild) if discord.world.bot.id in guild.members else {}
        _tell(discord, "GUILD_UPDATE", guild, data)
    unavailable = bool(asked.body.get("unavailable", guild.unavailable))
    if unavailable and not guild.unavailable:
        _tell_gone(discord, guild, unavailable=True)
    came_back, guild.unavailable = guild.unavailable and not unavailable, unavailable
    if came_back:
        _tell_there(discord, guild, joined=False)
    return guild_view(guild)


async def _remove_guild(asked: Asked) -> object:
    """Delete a server with everything in it, as its owner can."""
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    world = discord.world
    for channel in [each for each in world.channels.values() if each.guild_id == guild.id]:
        del world.channels[channel.id]
    world.commands.pop(guild.id, None)
    del world.guilds[guild.id]
    if world.bot.id in guild.members:
        _tell_gone(discord, guild)
    return {}


async def _join(asked: Asked) -> object:
    """Make a user, or the bot, a member."""
    discord = asked.discord
    guild, user = find_guild(discord, asked.path_id()), find_user(discord, asked.path_id("user_id"))
    bits = permissions.from_names(asked.body.get("permissions") or [])
    if user is discord.world.bot:
        bits |= int(permissions.TALKING)
    discord.world.join(guild, user, permissions=bits)
    if user is discord.world.bot:
        _tell_there(discord, guild, joined=True)
    return guild_view(guild)


async def _leave(asked: Asked) -> object:
    """Remove a member; the bot learns only of its own removal, as without the members intent."""
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    user, _ = _member(discord, guild, asked.path_id("user_id"))
    del guild.members[user.id]
    if user is discord.world.bot:
        _tell_gone(discord, guild)
    return guild_view(guild)


async def _add_role(asked: Asked) -> object:
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    bits = permissions.from_names(asked.body.get("permissions") or [])
    role = discord.world.add_role(guild, str(asked.get("name")), permissions=bits)
    _tell_role(discord, "GUILD_ROLE_CREATE", guild, role)
    return role_view(role)


async def _change_role(asked: Asked) -> object:
    """Set what a role allows everywhere; @everyone has the server's id."""
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    role = find_role(guild, asked.path_id("role_id"))
    role.permissions = permissions.from_names(asked.get("permissions"))
    _tell_role(discord, "GUILD_ROLE_UPDATE", guild, role)
    return role_view(role)


async def _remove_role(asked: Asked) -> object:
    """Delete a role; nobody has it afterwards, and no channel knows it."""
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    role = find_role(guild, asked.path_id("role_id"))
    if role.id == guild.id:
        raise ValueError("everybody has @everyone")
    del guild.roles[role.id]
    for member in guild.members.values():
        member.role_ids = [each for each in member.role_ids if each != role.id]
    for channel in discord.world.guild_channels(guild):
        channel.overwrites.pop(role.id, None)
    _tell(discord, "GUILD_ROLE_DELETE", guild, {"guild_id": str(guild.id), "role_id": str(role.id)})
    return {}


def _tell_role(discord: Discord, kind: str, guild: Guild, role: Role) -> None:
    _tell(discord, kind, guild, {"guild_id": str(guild.id), "role": role_json(role)})


async def _give_role(asked: Asked) -> object:
    return await _set_role(asked, has=True)


async def _take_role(asked: Asked) -> object:
    return await _set_role(asked, has=False)


async def _set_role(asked: Asked, *, has: bool) -> object:
    """Give a member a role or take it; without the members intent the bot learns only of its own."""
    discord, guild = asked.discord, find_guild(asked.discord, asked.path_id())
    user, member = _member(discord, guild, asked.path_id("user_id"))
    role = find_role(guild, asked.path_id("role_id"))
    if role.id == guild.id:
        raise ValueError("everybody has @everyone")
    member.role_ids = [each for each in member.role_ids if each != role.id] + [role.id] * has
    if user is discord.world.bot:
        data = {"guild_id": str(guild.id), **member_json(discord.world, member)}
        _tell(discord, "GUILD_MEMBER_UPDATE", guild, data)
    return guild_view(guild)


def add_guild_routes(app: web.Application) -> None:
    """Add these routes below /sandbox."""
    for method, path, control in (
        ("POST", "guilds", _add_guild),
        ("PATCH", "guilds/{id}", _change_guild),
        ("DELETE", "guilds/{id}", _remove_guild),
        ("PUT", "guilds/{id}/members/{user_id}", _join),
        ("DELETE", "guilds/{id}/members/{user_id}", _leave),
        ("POST", "guilds/{id}/roles", _add_role),
        ("PATCH", "guilds/{id}/roles/{role_id}", _change_role),
        ("DELETE", "guilds/{id}/roles/{role_id}", _remove_role),
        ("PUT", "guilds/{id}/members/{user_id}/roles/{role_id}", _give_role),
        ("DELETE", "guilds/{id}/members/{user_id}/roles/{role_id}", _take_role),
    ):
        add_control(app, method, path, control)
