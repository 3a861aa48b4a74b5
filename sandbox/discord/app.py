"""The HTTP API as an aiohttp application: its routes, and what is done around every request."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.discord.body import Body, read_body
from sandbox.discord.context import DISCORD, Discord
from sandbox.discord.errors import ApiError, FormErrors, not_found, unauthorized
from sandbox.discord.model import Json
from sandbox.discord.recorder import Recorded
from sandbox.discord.world import TOKEN

_BUCKET_SIZE = 50  # a made-up allowance that is never used up: a 429 is scripted as a fault
_SNOWFLAKE_DIGITS = 20


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a handler answers with; `body` None is 204 without a body unless `status` says otherwise."""

    body: object = None
    status: int = 200


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to a route of the API."""

    discord: Discord
    request: web.Request
    body: Body

    def id(self, name: str) -> int:
        """Return a path's parameter as an id; another text is Discord's 50035."""
        text = self.request.match_info[name]
        if not text.isascii() or not text.isdigit() or len(text) > _SNOWFLAKE_DIGITS:
            errors = FormErrors()
            errors.add([name], "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
            errors.check()
        return int(text)

    def text(self, name: str) -> str:
        """Return a path's parameter as it is."""
        return self.request.match_info[name]

    def asks(self, name: str) -> bool:
        """Whether a query parameter is there and true."""
        return self.request.query.get(name, "").lower() in {"1", "true"}


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One route; its faults are scripted for the target "discord.<operation>"."""

    method: str
    path: str
    operation: str
    handler: Handler
    needs_token: bool = True  # the webhook routes carry theirs in the path


def discord_api(discord: Discord, endpoints: list[Endpoint]) -> web.Application:
    """Make the application that is mounted at /api/v10."""
    app = web.Application(middlewares=[_around], client_max_size=64 * 1024 * 1024)
    app[DISCORD] = discord
    for endpoint in endpoints:
        app.router.add_route(endpoint.method, endpoint.path, _serve(discord, endpoint))
    return app


RECORDED: web.RequestKey[Recorded] = web.RequestKey("recorded", Recorded)


def _serve(discord: Discord, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make what aiohttp calls for an endpoint: body, token, faults, handler, faults again."""
    target = f"discord.{endpoint.operation}"
    discord.faults.register(target)

    async def serve(request: web.Request) -> web.StreamResponse:
        recorded = request[RECORDED]
        recorded.operation = endpoint.operation
        body = await read_body(request)
        _note(recorded, body)
        if endpoint.needs_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise unauthorized()
        await asyncio.sleep(discord.world.settings.latency_ms / 1000)
        seen = f"{request.path_qs}\n{json.dumps(body.payload)}"
        if (fault := await discord.faults.apply(target, request, seen)) is not None:
            recorded.fault = True
            return fault
        answer = await endpoint.handler(Call(discord=discord, request=request, body=body))
        response = _json_response(answer.status, answer.body)
        lost = await discord.faults.after(target, request, response, seen)
        recorded.fault = lost is not None
        return response if lost is None else lost

    return serve


def _note(recorded: Recorded, body: Body) -> None:
    recorded.payload = body.payload
    recorded.files = [
        {
            "field": each.field,
            "filename": each.filename,
            "content_type": each.content_type,
            "size": len(each.data),
        }
        for each in body.uploads
    ]


@web.middleware
async def _around(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Record the request, turn errors into Discord's answers, add the rate limit headers."""
    discord = request.app[DISCORD]
    recorded = discord.recorder.start(
        request.method,
        request.path.removeprefix("/api/v10"),
        dict(request.query),
        request.headers.get("Content-Type", ""),
        discord.world.clock.now_ms(),
    )
    request[RECORDED] = recorded
    try:
        response = await handler(request)
    except ApiError as error:
        recorded.error_code = error.code
        response = _json_response(error.status, error.to_json())
    except web.HTTPException as error:
        # aiohttp's own: no such path, or not with this method.
        code = not_found() if error.status == web.HTTPNotFound.status_code else None
        body: Json = code.to_json() if code else {"message": f"{error.status}: {error.reason}", "code": 0}
        response = _json_response(error.status, body)
    dropped = request.transport is None or request.transport.is_closing()
    recorded.status = None if dropped else response.status
    recorded.finished_ms = discord.world.clock.now_ms()
    if recorded.operation is not None and not recorded.fault:
        _add_rate_limit(response, recorded.operation, recorded.started_ms)
    return response


def _json_response(status: int, body: object) -> web.Response:
    if body is None:
        return web.Response(status=204 if status == web.HTTPOk.status_code else status)
    # Exactly this content type: discord.py reads JSON under no other, a charset included.
    return web.Response(status=status, body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def _add_rate_limit(response: web.StreamResponse, operation: str, started_ms: int) -> None:
    reset_after_s = 1.0
    response.headers.update(
        {
            "X-RateLimit-Limit": str(_BUCKET_SIZE),
            "X-RateLimit-Remaining": str(_BUCKET_SIZE - 1),
            "X-RateLimit-Reset": f"{started_ms / 1000 + reset_after_s:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after_s:.3f}",
            "X-RateLimit-Bucket": operation,
            "Via": "1.1 sandbox",
        }
    )
