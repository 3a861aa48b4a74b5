"""What a bot asks about itself, its application, the gateway, and the places it is in."""

from sandbox.discord.app import Answer, Call, Endpoint
from sandbox.discord.errors import FormErrors, missing_access, unknown_member
from sandbox.discord.gateway import gateway_url
from sandbox.discord.model import Json
from sandbox.discord.permissions import Permission
from sandbox.discord.serialise import channel_json, guild_json, member_json, own_user_json, user_json
from sandbox.discord.world import World

_SESSION_STARTS_A_DAY = 1000


def _application(world: World) -> Json:
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_json(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(next(user for user in world.users.values() if not user.bot)),
        "approximate_guild_count": sum(world.bot.id in guild.members for guild in world.guilds.values()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


async def _own_user(call: Call) -> Answer:
    return Answer(body=own_user_json(call.discord.world.bot))


async def _own_application(call: Call) -> Answer:
    return Answer(body=_application(call.discord.world))


async def _gateway(call: Call) -> Answer:
    return Answer(body={"url": gateway_url(call.discord.world.base_url)})


async def _bot_gateway(call: Call) -> Answer:
    world = call.discord.world
    return Answer(
        body={
            "url": gateway_url(world.base_url),
            "shards": world.settings.shards,
            "session_start_limit": {
                "total": _SESSION_STARTS_A_DAY,
                "remaining": max(_SESSION_STARTS_A_DAY - world.identifies, 0),
                "reset_after": 86_400_000,
                "max_concurrency": 1,
            },
        }
    )


async def _user(call: Call) -> Answer:
    return Answer(body=user_json(call.discord.world.user(call.id("user_id"))))


async def _guild(call: Call) -> Answer:
    return Answer(body=guild_json(call.discord.world.bot_guild(call.id("guild_id"))))


async def _guild_channels(call: Call) -> Answer:
    world = call.discord.world
    guild = world.bot_guild(call.id("guild_id"))
    return Answer(body=[channel_json(world, channel) for channel in world.guild_channels(guild)])


async def _guild_member(call: Call) -> Answer:
    world = call.discord.world
    guild, user = world.bot_guild(call.id("guild_id")), world.user(call.id("user_id"))
    if user.id not in guild.members:
        raise unknown_member()
    return Answer(body=member_json(world, guild.members[user.id]))


async def _channel(call: Call) -> Answer:
    world = call.discord.world
    channel = world.bot_channel(call.id("channel_id"))
    if not world.permissions(channel, world.bot.id) & Permission.VIEW_CHANNEL:
        raise missing_access()
    return Answer(body=channel_json(world, channel))


async def _open_dm(call: Call) -> Answer:
    world = call.discord.world
    recipient = str(call.body.object().get("recipient_id", ""))
    if not recipient.isdigit():
        errors = FormErrors()
        errors.required(["recipient_id"])
        errors.check()
    return Answer(body=channel_json(world, world.open_dm(world.user(int(recipient)))))


ENDPOINTS = [
    Endpoint(method="GET", path="/users/@me", operation="get_own_user", handler=_own_user),
    Endpoint(method="GET", path="/oauth2/applications/@me", operation="get_application", handler=_own_application),
    Endpoint(method="GET", path="/applications/@me", operation="get_application", handler=_own_application),
    Endpoint(method="GET", path="/gateway", operation="get_gateway", handler=_gateway, needs_token=False),
    Endpoint(method="GET", path="/gateway/bot", operation="get_bot_gateway", handler=_bot_gateway),
    Endpoint(method="POST", path="/users/@me/channels", operation="open_dm", handler=_open_dm),
    Endpoint(method="GET", path="/users/{user_id}", operation="get_user", handler=_user),
    Endpoint(method="GET", path="/guilds/{guild_id}", operation="get_guild", handler=_guild),
    Endpoint(method="GET", path="/guilds/{guild_id}/channels", operation="get_guild_channels", handler=_guild_channels),
    Endpoint(
        method="GET",
        path="/guilds/{guild_id}/members/{user_id}",
        operation="get_guild_member",
        handler=_guild_member,
    ),
    Endpoint(method="GET", path="/channels/{channel_id}", operation="get_channel", handler=_channel),
]
