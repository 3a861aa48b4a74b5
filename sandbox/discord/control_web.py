"""What all control routes share: reading their JSON, and answering what went wrong."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.discord.context import DISCORD, Discord
from sandbox.discord.errors import ApiError, NoSuchThing, Refusal
from sandbox.discord.model import Channel, Json, Message, User

CONTROL = "/sandbox/"


class Asked:
    """One request to the control API with its JSON object."""

    def __init__(self, request: web.Request, body: Json) -> None:
        self.discord: Discord = request.app[DISCORD]
        self.request = request
        self.body = body

    def get(self, name: str) -> Any:
        """Return a field that must be there; ValueError when it is not."""
        if name not in self.body:
            raise ValueError(f"{name} is missing")
        return self.body[name]

    def path_id(self, name: str = "id") -> int:
        """Return an id from the path; ValueError when it is none."""
        return int(self.request.match_info[name])

    def user(self, name: str = "user_id") -> User:
        """Return the user whose id is in the body."""
        return find_user(self.discord, int(self.get(name)))

    def channel(self) -> Channel:
        """Return the channel whose id is in the body."""
        return self.discord.world.channel(int(self.get("channel_id")))

    def message(self) -> Message:
        """Return the message whose id is in the body."""
        return self.discord.world.message(int(self.get("message_id")))


Control = Callable[[Asked], Awaitable[object]]


def find_user(discord: Discord, user_id: int) -> User:
    """Return an account for the control API."""
    if user_id not in discord.world.users:
        raise NoSuchThing(f"there is no user {user_id}")
    return discord.world.users[user_id]


def add_control(app: web.Application, method: str, path: str, control: Control) -> None:
    """Serve a control route: what `control` returns is answered as JSON."""

    async def serve(request: web.Request) -> web.Response:
        body = await request.json() if request.can_read_body else {}
        if not isinstance(body, dict):
            raise ValueError("the body is a JSON object")  # noqa: TRY004 - one error for whatever is wrong
        return _json(200, await control(Asked(request, body)))

    app.router.add_route(method, f"{CONTROL}{path}", serve)


@web.middleware
async def explain(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer 409 with what a member may not do, 404 for what is not there, 400 for a faulty request."""
    if not request.path.startswith(CONTROL):
        return await handler(request)
    try:
        return await handler(request)
    except Refusal as refusal:
        return _json(409, {"refused": str(refusal)})
    except NoSuchThing as missing:
        return _json(404, {"message": str(missing)})
    except ApiError as error:
        return _json(400, error.to_json())
    except ValueError as error:
        return _json(400, {"message": str(error)})


def _json(status: int, body: object) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
