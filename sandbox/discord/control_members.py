"""Control routes for what members do and see: interactions, messages, pictures, events, recorded requests."""

import asyncio
from dataclasses import asdict

from aiohttp import web

from sandbox.discord import members
from sandbox.discord.cdn import find_file
from sandbox.discord.context import DISCORD
from sandbox.discord.control_views import channel_view, interaction_view, message_view
from sandbox.discord.control_web import Asked, add_control, find_user
from sandbox.discord.errors import NoSuchThing
from sandbox.discord.forms import submit_modal
from sandbox.discord.interactions import expire_unacknowledged
from sandbox.discord.limits import pictures_of
from sandbox.discord.message_objects import files_json, message_json
from sandbox.discord.model import Interaction, Json, Message, User
from sandbox.discord.options import read_file
from sandbox.discord.world import World
from sandbox.render.message import render_conversation, render_message
from sandbox.render.modal import render_modal

_LONGEST_POLL_S = 60.0


def _interaction(asked: Asked, interaction_id: int) -> Interaction:
    interaction = asked.discord.world.interactions.get(interaction_id)
    if interaction is None:
        raise NoSuchThing(f"there is no interaction {interaction_id}")
    expire_unacknowledged(asked.discord, interaction)
    return interaction


async def _run_command(asked: Asked) -> Interaction:
    return await members.use_command(
        asked.discord,
        asked.user(),
        asked.channel(),
        str(asked.get("name")),
        dict(asked.body.get("options") or {}),
        focused=asked.body.get("focused"),
    )


async def _command(asked: Asked) -> object:
    return interaction_view(await _run_command(asked))


async def _burst(asked: Asked) -> object:
    """Run many commands, evenly spread over some seconds and timed here, so that no client is the bottleneck."""
    commands, seconds = list(asked.get("commands")), float(asked.get("seconds"))
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), []
    for number, body in enumerate(commands):
        await asyncio.sleep(max(began + number * seconds / len(commands) - loop.time(), 0))
        interaction = await _run_command(Asked(asked.request, body))
        sent.append(str(interaction.id))
    return {"interaction_ids": sent}


async def _message_command(asked: Asked) -> object:
    return interaction_view(
        members.use_message_command(asked.discord, asked.user(), asked.message(), str(asked.get("name")))
    )


async def _press(asked: Asked) -> object:
    interaction = members.press(
        asked.discord,
        asked.user(),
        asked.message(),
        custom_id=asked.body.get("custom_id"),
        label=asked.body.get("label"),
    )
    return interaction_view(interaction)


async def _select(asked: Asked) -> object:
    custom_id, values = str(asked.get("custom_id")), list(asked.get("values"))
    interaction = members.choose(asked.discord, asked.user(), asked.message(), custom_id, values)
    return interaction_view(interaction)


async def _modal(asked: Asked) -> object:
    shown_by = _interaction(asked, int(asked.get("interaction_id")))
    return interaction_view(await submit_modal(asked.discord, asked.user(), shown_by, dict(asked.get("values"))))


async def _show_interaction(asked: Asked) -> object:
    return interaction_view(_interaction(asked, asked.path_id()))


def _seen(world: World, channel_id: int, viewer: User | None) -> list[Message]:
    """Return a channel's messages: as `viewer` sees them, or all, also deleted and ephemeral ones."""
    return [
        message
        for message in world.messages.values()
        if message.channel_id == channel_id and (viewer is None or members.sees(world, viewer, message))
    ]


async def _messages(asked: Asked) -> object:
    world, viewer_id = asked.discord.world, asked.request.query.get("viewer")
    viewer = None if viewer_id is None else find_user(asked.discord, int(viewer_id))
    return {"messages": [message_view(world, each) for each in _seen(world, asked.path_id(), viewer)]}


async def _message(asked: Asked) -> object:
    world = asked.discord.world
    return message_view(world, world.message(asked.path_id()))


async def _write(asked: Asked) -> object:
    channel = asked.discord.world.channel(asked.path_id())
    found = [await read_file(asked.discord.world, each) for each in asked.body.get("files") or ()]
    files = [each for each in found if each is not None]
    if len(files) < len(found):
        raise ValueError("a file is a filename and its content_base64")
    message = members.write(asked.discord, asked.user(), channel, str(asked.get("content")), files)
    return message_view(asked.discord.world, message)


async def _remove(asked: Asked) -> object:
    members.remove(asked.discord, asked.user(), asked.discord.world.message(asked.path_id()))
    return {}


async def _open_dm(asked: Asked) -> object:
    return channel_view(asked.discord.world.open_dm(find_user(asked.discord, asked.path_id())))


async def _events(asked: Asked) -> object:
    query = asked.request.query
    after, timeout_s = int(query.get("after", "0")), float(query.get("timeout", "0"))
    found = await asked.discord.world.events.wait(after, min(timeout_s, _LONGEST_POLL_S))
    return {"events": [event.to_json() for event in found]}


async def _requests(asked: Asked) -> object:
    after = int(asked.request.query.get("after", "0"))
    return {"requests": [asdict(recorded) for recorded in asked.discord.recorder.since(after)]}


def _known(world: World) -> Json:
    """Return the names that a Discord client knows: of members, roles and channels; a message has only ids."""
    return {
        "_known_users": [{"id": str(user.id), "username": user.name} for user in world.users.values()],
        "_known_roles": [
            {"id": str(role.id), "name": role.name} for guild in world.guilds.values() for role in guild.roles.values()
        ],
        "_known_channels": [{"id": str(each.id), "name": each.name} for each in world.channels.values()],
    }


def _drawable(world: World, message: Message) -> tuple[Json, dict[str, bytes]]:
    """Return what the renderer needs: the message, and its files by id and, as embeds name them, by URL."""
    files = {str(each.id): each.data for each in message.attachments}
    by_url = {written["url"]: files[written["id"]] for written in files_json(world, message)}
    for url in (part["url"] for embed in message.embeds for part in pictures_of(embed) if "url" in part):
        if url not in by_url and url.startswith(f"{world.base_url}/cdn/"):  # a picture of another message
            file = find_file(world, url.rsplit("/", 2)[-2])
            by_url |= {url: file.data} if file is not None else {}
    return message_json(world, message) | _known(world), files | by_url


async def _picture(request: web.Request) -> web.Response:
    world = request.app[DISCORD].world
    message, files = _drawable(world, world.message(int(request.match_info["id"])))
    picture = await asyncio.to_thread(render_message, message, files)
    return web.Response(body=picture, content_type="image/png")


async def _conversation(request: web.Request) -> web.Response:
    discord, viewer_id = request.app[DISCORD], request.query.get("viewer")
    viewer = None if viewer_id is None else find_user(discord, int(viewer_id))
    found = _seen(discord.world, int(request.match_info["id"]), viewer)
    drawable = [_drawable(discord.world, message) for message in found if not message.deleted]
    picture = await asyncio.to_thread(render_conversation, drawable)
    return web.Response(body=picture, content_type="image/png")


async def _modal_picture(request: web.Request) -> web.Response:
    world, number = request.app[DISCORD].world, int(request.match_info["id"])
    modal = world.interactions[number].modal if number in world.interactions else None
    if modal is None:
        raise NoSuchThing(f"interaction {number} has shown no modal")
    picture = await asyncio.to_thread(render_modal, modal | _known(world))
    return web.Response(body=picture, content_type="image/png")


def add_member_routes(app: web.Application) -> None:
    """Add these routes below /sandbox."""
    for method, path, control in (
        ("POST", "interactions/command", _command),
        ("POST", "interactions/burst", _burst),
        ("POST", "interactions/message-command", _message_command),
        ("POST", "interactions/press", _press),
        ("POST", "interactions/select", _select),
        ("POST", "interactions/modal", _modal),
        ("GET", "interactions/{id}", _show_interaction),
        ("GET", "channels/{id}/messages", _messages),
        ("POST", "channels/{id}/messages", _write),
        ("GET", "messages/{id}", _message),
        ("DELETE", "messages/{id}", _remove),
        ("POST", "users/{id}/dm", _open_dm),
        ("GET", "events", _events),
        ("GET", "requests/discord", _requests),
    ):
        add_control(app, method, path, control)
    app.router.add_get("/sandbox/messages/{id}/picture.png", _picture)
    app.router.add_get("/sandbox/interactions/{id}/modal.png", _modal_picture)
    app.router.add_get("/sandbox/channels/{id}/picture.png", _conversation)
