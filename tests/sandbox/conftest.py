"""A running sandbox, a client of its control API, and a real discord.py bot connected to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import discord
import pytest
from discord.ext import commands
from yarl import URL

from sandbox import Sandbox
from sandbox.client import SandboxClient

Bot = commands.AutoShardedBot
Connect = Callable[[Callable[[Bot], None]], AbstractAsyncContextManager[Bot]]


@pytest.fixture
async def sandbox(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The same, which discord.py takes for Discord."""
    monkeypatch.setattr(discord.http.Route, "BASE", sandbox.discord_api_url)
    gateway = URL(f"ws://{sandbox.host_and_port}/gateway")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    return sandbox


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
