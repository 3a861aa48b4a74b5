"""The image APIs' part of the control API: turn settings, look at what came and what was paid."""

from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.apis.settings import Tunable

Read = Callable[[], object]


def add_settings(app: web.Application, path: str, tunable: Tunable[Any]) -> None:
    """GET shows the settings, PATCH sets those named in its JSON object (400: no such setting or value)."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(tunable.to_json())

    async def turn(request: web.Request) -> web.Response:
        try:
            tunable.change(dict(await request.json()))
        except (TypeError, ValueError) as error:
            return web.json_response({"message": str(error)}, status=400)
        return web.json_response(tunable.to_json())

    app.router.add_get(path, show)
    app.router.add_patch(path, turn)


def add_reading(app: web.Application, path: str, read: Read) -> None:
    """GET answers what `read` returns."""

    async def show(_request: web.Request) -> web.Response:
        return web.json_response(read())

    app.router.add_get(path, show)
