"""Control routes that change the world: channels, permissions, users, settings, the gateway."""

from aiohttp import web

from sandbox.discord import permissions, threads
from sandbox.discord.context import Discord
from sandbox.discord.control_guilds import find_guild, find_role
from sandbox.discord.control_views import channel_view, user_view, world_view
from sandbox.discord.control_web import Asked, add_control, find_user
from sandbox.discord.gateway import INVALID_SESSION, RECONNECT
from sandbox.discord.model import Channel, ChannelKind, Overwrite
from sandbox.discord.outbox import Close
from sandbox.discord.serialise import channel_json
from sandbox.discord.sessions import Intents
from sandbox.faults import Fault


def _tell_channel(discord: Discord, kind: str, channel: Channel) -> None:
    guild = discord.world.guilds.get(channel.guild_id or 0)
    if guild is not None and discord.world.bot.id in guild.members:
        data = channel_json(discord.world, channel)
        discord.sessions.dispatch(kind, data, guild_id=guild.id, intent=Intents.GUILDS)


async def _show(asked: Asked) -> object:
    return world_view(asked.discord.world)


async def _add_channel(asked: Asked) -> object:
    world = asked.discord.world
    guild, category = find_guild(asked.discord, int(asked.get("guild_id"))), None
    if asked.body.get("category_id") is not None:
        category = world.channel(int(asked.get("category_id")))
        if category.kind is not ChannelKind.CATEGORY or category.guild_id != guild.id:
            raise ValueError(f"{category.name} is no category of {guild.name}")
    channel = world.add_channel(
        guild,
        str(asked.get("name")),
        nsfw=bool(asked.body.get("nsfw", False)),
        kind=ChannelKind.CATEGORY if asked.body.get("is_category") else ChannelKind.TEXT,
        category=category,
    )
    _tell_channel(asked.discord, "CHANNEL_CREATE", channel)
    return channel_view(channel)


async def _add_conversation(asked: Asked) -> object:
    users = [find_user(asked.discord, int(user_id)) for user_id in asked.get("user_ids")]
    if len({user.id for user in users if not user.bot}) < max(len(users), 2):
        raise ValueError("a conversation is between two or more people")
    return channel_view(asked.discord.world.add_conversation(users))


async def _add_thread(asked: Asked) -> object:
    parent = asked.discord.world.channel(asked.path_id())
    if parent.kind is not ChannelKind.TEXT:
        raise ValueError("only a server's text channel has threads")
    channel = asked.discord.world.add_thread(parent, str(asked.get("name")), owner=asked.user())
    threads.tell(asked.discord, "THREAD_CREATE", channel, newly_created=True)
    return channel_view(channel)


async def _change_channel(asked: Asked) -> object:
    channel = asked.discord.world.channel(asked.path_id())
    if channel.thread is not None and "nsfw" in asked.body:
        raise ValueError("a thread is as age-restricted as its channel")
    channel.nsfw = bool(asked.body.get("nsfw", channel.nsfw))
    channel.name = str(asked.body.get("name", channel.name))
    if channel.thread is not None or asked.body.keys() & {"archived", "locked"}:
        archived, locked = (asked.body.get(name) for name in ("archived", "locked"))
        threads.set_state(asked.discord, channel, archived=archived, locked=locked)
    else:
        _tell_channel(asked.discord, "CHANNEL_UPDATE", channel)
    return channel_view(channel)


async def _remove_channel(asked: Asked) -> object:
    """Delete a channel with its threads, about which Discord says nothing more, or one thread."""
    world = asked.discord.world
    channel = world.channel(asked.path_id())
    for thread in world.threads_in(channel):
        del world.channels[thread.id]
    del world.channels[channel.id]
    if channel.thread is None:
        _tell_channel(asked.discord, "CHANNEL_DELETE", channel)
    else:
        threads.tell(asked.discord, "THREAD_DELETE", channel)
    return {}


async def _set_permissions(asked: Asked) -> object:
    """Overwrite what a member (the bot unless named) or a role may do in a channel; empty lists take it back.

    The answer says what the bot, or the member named, may do there now.
    """
    world, channel = asked.discord.world, asked.discord.world.channel(asked.path_id())
    if channel.guild_id is None or channel.thread is not None:
        raise ValueError("only a server's channel has permissions")
    user = asked.user() if "user_id" in asked.body else world.bot
    role_id = int(asked.body.get("role_id") or 0)
    if role_id:
        find_role(world.guilds[channel.guild_id], role_id)
    holder = role_id or user.id
    allow = permissions.from_names(asked.body.get("allow") or [])
    deny = permissions.from_names(asked.body.get("deny") or [])
    channel.overwrites.pop(holder, None)
    if allow or deny:
        channel.overwrites[holder] = Overwrite(id=holder, for_member=not role_id, allow=allow, deny=deny)
    _tell_channel(asked.discord, "CHANNEL_UPDATE", channel)
    return {"permissions": str(world.permissions(channel, user.id))}


async def _add_user(asked: Asked) -> object:
    name = str(asked.get("name"))
    if any(user.name == name for user in asked.discord.world.users.values()):
        raise ValueError(f"there is a {name} already")
    return user_view(asked.discord.world.add_user(name, locale=str(asked.body.get("locale", "en-US"))))


async def _change_user(asked: Asked) -> object:
    user = find_user(asked.discord, asked.path_id())
    user.locale = str(asked.body.get("locale", user.locale))
    user.accepts_dms = bool(asked.body.get("accepts_dms", user.accepts_dms))
    user.installed = bool(asked.body.get("installed", user.installed))
    return user_view(user)


async def _change_settings(asked: Asked) -> object:
    asked.discord.world.settings.change(asked.body)
    return world_view(asked.discord.world)["settings"]


async def _advance(asked: Asked) -> object:
    clock = asked.discord.world.clock
    clock.advance(float(asked.get("seconds")))
    return {"now_ms": clock.now_ms()}


async def _disturb_gateway(asked: Asked) -> object:
    """Close (with a code), drop, or ask the bot to reconnect or to start anew."""
    sessions = asked.discord.sessions
    match asked.get("action"):
        case "close":
            told = sessions.put_all(Close(int(asked.get("code"))))
        case "drop":
            told = sessions.put_all(Close(None))
        case "reconnect":
            told = sessions.put_all({"op": RECONNECT, "d": None})
        case "invalidate":
            resumable = bool(asked.body.get("resumable", False))
            told = sessions.put_all({"op": INVALID_SESSION, "d": resumable}, forget=not resumable)
        case action:
            raise ValueError(f"the gateway cannot {action!r}")
    return {"connections": told}


async def _add_fault(asked: Asked) -> object:
    fault = Fault.from_json(asked.body)
    asked.discord.faults.add(fault)
    return fault.to_json()


async def _show_faults(asked: Asked) -> object:
    return {"faults": [fault.to_json() for fault in asked.discord.faults.pending()]}


async def _show_targets(asked: Asked) -> object:
    return {"targets": asked.discord.faults.targets()}


async def _clear_faults(asked: Asked) -> object:
    asked.discord.faults.clear()
    return {}


def add_world_routes(app: web.Application) -> None:
    """Add these routes below /sandbox."""
    for method, path, control in (
        ("GET", "world", _show),
        ("POST", "channels", _add_channel),
        ("POST", "conversations", _add_conversation),
        ("POST", "channels/{id}/threads", _add_thread),
        ("PATCH", "channels/{id}", _change_channel),
        ("DELETE", "channels/{id}", _remove_channel),
        ("PUT", "channels/{id}/permissions", _set_permissions),
        ("POST", "users", _add_user),
        ("PATCH", "users/{id}", _change_user),
        ("PATCH", "settings", _change_settings),
        ("POST", "clock/advance", _advance),
        ("POST", "gateway", _disturb_gateway),
        ("POST", "faults", _add_fault),
        ("GET", "faults", _show_faults),
        ("DELETE", "faults", _clear_faults),
        ("GET", "faults/targets", _show_targets),
    ):
        add_control(app, method, path, control)
