"""The sandbox as one process on one port: Discord, its gateway, both image APIs and the control API."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from sandbox.apis.app import image_apis
from sandbox.clock import Clock
from sandbox.discord import accounts, callbacks, channels, commands, webhooks
from sandbox.discord.app import discord_api
from sandbox.discord.cdn import add_cdn_routes
from sandbox.discord.context import DISCORD, Discord
from sandbox.discord.control_guilds import add_guild_routes
from sandbox.discord.control_members import add_member_routes
from sandbox.discord.control_views import post_view
from sandbox.discord.control_web import Asked, add_control, explain
from sandbox.discord.control_world import add_world_routes
from sandbox.discord.gateway import FAULT_TARGET, gateway
from sandbox.discord.outbox import Close
from sandbox.discord.world import World
from sandbox.events import Events
from sandbox.faults import Faults

GOING_AWAY = 1001
_CLIENT_CLOSED_REQUEST = 499
_SHUTDOWN_S = 1.0  # what is still being answered when the sandbox stops gets this long
_LARGEST_CONTROL_BODY = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """A running sandbox; `port` is the real one when it was started on 0."""

    host: str
    port: int

    @property
    def host_and_port(self) -> str:
        """The address as "127.0.0.1:8900"."""
        return f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        """The base of the control API, without a slash at its end."""
        return f"http://{self.host_and_port}"

    @property
    def discord_api_url(self) -> str:
        """The base of Discord's HTTP API with its version."""
        return f"{self.url}/api/v10"

    @property
    def eachlabs_url(self) -> str:
        """The base of each::labs' API."""
        return f"{self.url}/eachlabs/v1"

    @property
    def aimlapi_url(self) -> str:
        """The base of the AI/ML API."""
        return f"{self.url}/aimlapi/v1"

    @staticmethod
    @asynccontextmanager
    async def start(*, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator["Sandbox"]:
        """Run a sandbox for as long as the context is open; port 0 takes a free one.

        Raises:
            OSError: the address is taken.
            BaseExceptionGroup: on leaving, when a task of the sandbox had failed.
        """
        clock, faults = Clock(), Faults()
        events = Events(clock)
        discord = Discord(world=World(clock=clock, events=events), faults=faults)
        runner = web.AppRunner(_application(discord), access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            sandbox = Sandbox(host=host, port=runner.addresses[0][1])
            discord.world.base_url = sandbox.url
            yield sandbox
        finally:
            faults.clear()  # lets go of whatever hangs because of one
            discord.sessions.put_all(Close(GOING_AWAY))
            await runner.cleanup()
            await discord.tasks.close()


def _application(discord: Discord) -> web.Application:
    app = web.Application(middlewares=[_let_go, explain], client_max_size=_LARGEST_CONTROL_BODY)
    app[DISCORD] = discord
    endpoints = [
        *accounts.ENDPOINTS,
        *callbacks.ENDPOINTS,
        *channels.ENDPOINTS,
        *commands.ENDPOINTS,
        *webhooks.ENDPOINTS,
    ]
    app.add_subapp("/api/v10", discord_api(discord, endpoints))
    discord.faults.register(FAULT_TARGET)
    app.router.add_get("/gateway", gateway)
    app.router.add_get("/gateway/", gateway)
    add_cdn_routes(app)
    add_world_routes(app)
    add_guild_routes(app)
    add_member_routes(app)
    apis = image_apis(
        faults=discord.faults,
        clock=discord.world.clock,
        events=discord.world.events,
        base_url=lambda: discord.world.base_url,
    )
    app.add_subapp("/eachlabs/v1", apis.eachlabs_app)
    app.add_subapp("/aimlapi/v1", apis.aimlapi_app)
    app.add_subapp("/results", apis.results_app)
    apis.add_control_routes(app)
    app.router.add_get("/sandbox", _index)

    async def ledger(asked: Asked) -> object:
        world = asked.discord.world
        posts = [post_view(each) for each in world.messages.values() if each.author_id == world.bot.id]
        return {"creates": apis.creates(), "posts": posts}

    add_control(app, "GET", "ledger", ledger)
    return app


@web.middleware
async def _let_go(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whoever hangs up in the middle of a request, as a bot that is killed does, is no fault of the sandbox's."""
    try:
        return await handler(request)
    except ConnectionResetError:
        if request.transport is not None and not request.transport.is_closing():
            raise
        return web.Response(status=_CLIENT_CLOSED_REQUEST)  # nobody reads it


async def _index(request: web.Request) -> web.Response:
    """Every route of the control API: where a developer with curl begins."""
    routes = {
        (route.method, route.resource.canonical)
        for route in request.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/sandbox/") and route.method != "HEAD"
    }
    lines = [f"{method:<7}{path}" for method, path in sorted(routes, key=lambda route: route[::-1])]
    return web.Response(text="\n".join(["The control API; its Python client is sandbox/client/.", *lines, ""]))
