"""A running sandbox, a client of its control API, and a real discord.py bot connected to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import discord
import pytest
from discord.ext import commands
from yarl import URL

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


@pytest.fixture
async def sandbox(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Sandbox]:
    """A sandbox of its own for each test, which discord.py takes for Discord."""
    async with Sandbox.start() as running:
        monkeypatch.setattr(discord.http.Route, "BASE", running.discord_api_url)
        gateway = URL(f"ws://{running.host_and_port}/gateway")
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        yield running


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[SandboxClient]:
    """The client that plays the members and the fates."""
    async with SandboxClient(sandbox.url) as client:
        yield client


@pytest.fixture
async def mara(world: SandboxClient) -> User:
    """A plain member."""
    return await world.user("Mara")


@pytest.fixture
async def ben(world: SandboxClient) -> User:
    """Another plain member."""
    return await world.user("Ben")


@pytest.fixture
async def art(world: SandboxClient) -> Channel:
    """A plain text channel."""
    return await world.channel("art")


class _Bot(commands.AutoShardedBot):
    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once; discord.py would wait 5 s for Discord's limit."""


@asynccontextmanager
async def _connected(world: SandboxClient, setup: Callable[[Bot], None]) -> AsyncIterator[Bot]:
    bot = _Bot(commands.when_mentioned, intents=discord.Intents.default(), guild_ready_timeout=0.02)
    failures: list[Exception] = []

    @bot.tree.error
    async def keep(_: discord.Interaction, error: discord.app_commands.AppCommandError) -> None:
        failures.append(error)

    setup(bot)
    after = await world.cursor()
    async with bot, asyncio.TaskGroup() as group:
        running = group.create_task(bot.start("sandbox-token"))
        await world.wait_until_ready(after=after)
        await bot.wait_until_ready()
        if bot.tree.get_commands():
            await bot.tree.sync()
        yield bot
        await bot.close()
        await running
    if failures:
        raise ExceptionGroup("commands failed", failures)


@pytest.fixture
def connect(world: SandboxClient) -> Connect:
    """Connects a bot that a function gave its commands; a command that fails fails the test at the end."""
    return lambda setup: _connected(world, setup)
