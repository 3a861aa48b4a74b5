"""Discord's content network: attachments of messages that exist, and default avatars."""

import asyncio
import io

from aiohttp import web
from PIL import Image

from sandbox.discord.context import DISCORD
from sandbox.discord.model import Attachment
from sandbox.discord.world import World

_COLOURS = ("#5865f2", "#757e8a", "#3ba55c", "#faa61a", "#ed4245", "#eb459e")


async def attachment(request: web.Request) -> web.Response:
    """Serve a file's bytes; 404 once its message is deleted."""
    file = find_file(request.app[DISCORD].world, request.match_info["attachment_id"])
    if file is None:
        raise web.HTTPNotFound
    return web.Response(body=file.data, headers={"Content-Type": file.content_type})


def find_file(world: World, attachment_id: str) -> Attachment | None:
    """Return what is served under an id; None once its message is deleted."""
    posted = (each for each in world.messages.values() if not each.deleted)
    served = (*world.option_files.values(), *(file for message in posted for file in message.attachments))
    return next((file for file in served if str(file.id) == attachment_id), None)


async def default_avatar(request: web.Request) -> web.Response:
    """Serve a plain coloured square for an account without a picture."""
    colour = _COLOURS[int(request.match_info["index"]) % len(_COLOURS)]
    return web.Response(body=await asyncio.to_thread(_square, colour), content_type="image/png")


def _square(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (128, 128), colour).save(out, "PNG")
    return out.getvalue()


def add_cdn_routes(app: web.Application) -> None:
    """Add the routes below /cdn; the application holds the stand-in."""
    path = "{channel_id}/{attachment_id}/{filename}"
    app.router.add_get(f"/cdn/attachments/{path}", attachment)
    app.router.add_get(f"/cdn/ephemeral-attachments/{path}", attachment)
    app.router.add_get(r"/cdn/embed/avatars/{index:\d+}.png", default_avatar)
