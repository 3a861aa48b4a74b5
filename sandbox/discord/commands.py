"""The application command routes: read them, and overwrite them all at once."""

from sandbox.discord.app import Answer, Call, Endpoint
from sandbox.discord.command_rules import check_commands
from sandbox.discord.errors import ApiError, missing_access
from sandbox.discord.model import Json


def _scope(call: Call) -> int | None:
    """Return the guild that the path names, None for the global commands."""
    world = call.discord.world
    if call.id("application_id") != world.application_id:
        raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
    if "guild_id" not in call.request.match_info:
        return None
    guild = world.guilds.get(call.id("guild_id"))
    if guild is None or world.bot.id not in guild.members:
        raise missing_access()
    return guild.id


async def _overwrite(call: Call) -> Answer:
    world, scope = call.discord.world, _scope(call)
    wanted = check_commands(call.body.payload)
    known = {(command["name"], command["type"]): command for command in world.commands.get(scope, [])}
    result: list[Json] = []
    for command in wanted:
        kind = command.get("type", 1)
        before = known.get((command["name"], kind))
        stored: Json = {
            "id": before["id"] if before else str(world.new_id()),
            "application_id": str(world.application_id),
            "version": str(world.new_id()),
            "default_member_permissions": None,
            "dm_permission": True,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            "name_localizations": None,
            "description": "",
            "description_localizations": None,
            **command,
            "type": kind,
        }
        if scope is not None:
            stored["guild_id"] = str(scope)
        result.append(stored)
    world.commands[scope] = result
    world.events.emit(
        "commands_synced",
        guild_id=None if scope is None else str(scope),
        names=[command["name"] for command in result],
    )
    return Answer(body=result)


async def _list(call: Call) -> Answer:
    return Answer(body=call.discord.world.commands.get(_scope(call), []))


async def _get(call: Call) -> Answer:
    command_id = str(call.id("command_id"))
    for command in call.discord.world.commands.get(_scope(call), []):
        if command["id"] == command_id:
            return Answer(body=command)
    raise ApiError(404, 10063, "Unknown application command")


ENDPOINTS = [
    Endpoint(
        method=method,
        path=f"/applications/{{application_id}}{scope}/commands{rest}",
        operation=operation,
        handler=handler,
    )
    for scope in ("", "/guilds/{guild_id}")
    for method, rest, operation, handler in (
        ("PUT", "", "sync_commands", _overwrite),
        ("GET", "", "list_commands", _list),
        ("GET", "/{command_id}", "get_command", _get),
    )
]
