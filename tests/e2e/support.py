"""What the end-to-end tests share: the bot to start, stop and look into, and short ways to read a message."""

import asyncio
import contextlib
import itertools
import json
import os
import re
import socket
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import asyncpg
import pytest

from bot import serve
from jobs.servers.records import Change
from jobs.servers.rules import ContentRules, ServerRules
from parts import SystemClock
from sandbox import Sandbox
from sandbox.client import Message, SandboxClient
from settings import Settings, load_settings
from storage.address import DatabaseAddress, parse_address
from storage.store import open_store

PATIENCE = 60.0  # seconds until a test gives up on something that should happen within one; machines may be slow
DAY_MS = 24 * 3600 * 1000
BOTH_ENGINES = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
"""For a test of the bot that is run once with each kind of database; the others use SQLite."""

UNSAFE = ServerRules(content=ContentRules(unsafe=True))
"""An admin lets the safety checker be off."""

_T = TypeVar("_T")

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 20
_PORTS = itertools.cycle(range(12_000 + _WORKER * 1000, 13_000 + _WORKER * 1000))
_CLAIMS: deque[socket.socket] = deque()
_CLAIMS_MOST = 20  # of one process: a test or a case has a handful, and ten lanes of faults share a thousand


class Bot:
    """Starts and stops the bot; the database and the folders outlive a restart."""

    def __init__(
        self,
        sandbox: Sandbox,
        world: SandboxClient,
        folder: Path,
        log: Sequence[Mapping[str, Any]],
        database_url: str | None = None,
    ) -> None:
        self.database_url = database_url or f"sqlite:///{folder / 'bot.db'}"
        self._sandbox = sandbox
        self._world = world
        self._stop = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self.folder = folder
        self.settings: Settings | None = None
        self.log = log  # what it has logged, one mapping an entry

    def make_settings(self, *, webhooks: bool = False, **overrides: object) -> Settings:
        """What an operator would set for the sandbox."""
        port = free_port()
        values: dict[str, object] = {
            "discord_token": "sandbox-token",
            "discord_api_url": self._sandbox.discord_api_url,
            "eachlabs_api_key": "sandbox-eachlabs-key",
            "eachlabs_api_url": self._sandbox.eachlabs_url,
            "aimlapi_api_key": "sandbox-aimlapi-key",
            "aimlapi_api_url": self._sandbox.aimlapi_url,
            "trusted_result_hosts": self._sandbox.host_and_port,
            "database_url": self.database_url,
            "data_dir": self.folder,
            "http_port": port,
            "public_url": f"http://127.0.0.1:{port}" if webhooks else None,
            "stop_seconds": 2,
        }
        return load_settings(_env_file=None, **(values | overrides))

    async def start(self, *, webhooks: bool = False, **overrides: object) -> None:
        """Start and wait until it is online."""
        after = await self._world.cursor()
        self.settings = self.make_settings(webhooks=webhooks, **overrides)
        self._stop.clear()
        self._running = asyncio.create_task(serve(self.settings, self._stop))
        ready = asyncio.create_task(self._world.wait_until_ready(PATIENCE, after))
        await asyncio.wait({self._running, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._running.done():
            ready.cancel()
            await self._running
        await ready

    async def decide(self, guild_id: int, rules: ServerRules) -> None:
        """Let a server's admins have decided so before the bot starts."""
        clock = SystemClock()
        async with open_store(parse_address(self.database_url), clock) as store:
            change = Change(guild_id=guild_id, actor_id=1, action="config.import")
            await store.save_server_rules(guild_id, rules, [change])

    async def stop(self) -> None:
        """Stop gracefully; an error of the bot's comes out here."""
        self._stop.set()
        running, self._running = self._running, None
        if running is not None:
            await running

    @property
    def url(self) -> str:
        """Where its own HTTP side listens."""
        assert self.settings is not None
        return f"http://127.0.0.1:{self.settings.http_port}"

    async def sql(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """Read or change its database, as another process would; `?` stands for a value."""
        return await sql(parse_address(self.database_url), statement, *values)

    async def age_ledger(self, ms: int) -> None:
        """Let everything in the ledger have happened so much earlier; it refuses to be changed, so its guard goes."""
        if isinstance(parse_address(self.database_url), Path):
            await self.sql("DROP TRIGGER ledger_keeps_values")
        else:
            await self.sql("DROP TRIGGER ledger_keeps_values ON ledger")
        await self.sql(f"UPDATE ledger SET charged_at = charged_at - {ms}")  # noqa: S608 - our own number

    async def jobs(self) -> list[dict[str, Any]]:
        """All jobs as the database holds them, oldest first."""
        return await self.sql("SELECT * FROM jobs ORDER BY created_at, id")

    async def wait_for_job(self, *statuses: str, number: int = 0) -> dict[str, Any]:
        """The job (the first one unless told) once it is in one of these states."""

        async def fits() -> dict[str, Any] | None:
            jobs = await self.jobs()
            return jobs[number] if len(jobs) > number and jobs[number]["status"] in statuses else None

        return await eventually(fits)

    async def images_charged(self) -> int:
        """What all reservations, settlements and refunds add up to."""
        found = await self.sql("SELECT COALESCE(SUM(images), 0) AS images FROM ledger")
        return int(found[0]["images"])


@contextlib.asynccontextmanager
async def locked(bot: Bot) -> AsyncIterator[None]:
    """Meanwhile nobody can write the bot's SQLite file: somebody else does and never ends."""
    other = sqlite3.connect(bot.folder / "bot.db", isolation_level=None, check_same_thread=False)
    try:
        await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")  # the bot may have to end a write first
        yield
    finally:
        other.close()


async def sql(database: DatabaseAddress, statement: str, *values: object) -> list[dict[str, Any]]:
    """Run one statement on a bot's database, committed at once; `?` stands for a value."""
    if not isinstance(database, Path):
        numbers = itertools.count(1)
        numbered = re.sub(r"\?", lambda _: f"${next(numbers)}", statement)
        server = await asyncpg.connect(database.url)
        try:
            return [dict(row) for row in await server.fetch(numbered, *values)]
        finally:
            await server.close()

    def run() -> list[dict[str, Any]]:
        connection = sqlite3.connect(database, timeout=10, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]
        finally:
            connection.close()

    return await asyncio.to_thread(run)


async def eventually(look: Callable[[], Awaitable[_T | None]], timeout_s: float = PATIENCE) -> _T:
    """What `look` finds, as soon as it finds something; for what tells nobody that it has changed."""
    until = time.monotonic() + timeout_s
    while (found := await look()) is None:
        if time.monotonic() > until:
            raise TimeoutError(f"not seen within {timeout_s} s")
        await asyncio.sleep(0.02)
    return found


async def get(url: str) -> tuple[int, str]:
    """Status and text of a page."""
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


def free_port() -> int:
    """A port that nobody listens on, and that no other process gets from here.

    It is still free when the bot comes to it, and after its restart: the systems' own choices, for outgoing connections
    too, lie higher, and the UDP port of the same number is the claim that others who ask here find taken.
    """
    for port in itertools.islice(_PORTS, 1000):
        claim = socket.socket(type=socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            claim.close()
            continue
        _CLAIMS.append(claim)
        if len(_CLAIMS) > _CLAIMS_MOST:
            _CLAIMS.popleft().close()
        return port
    raise RuntimeError("this worker has used all of its ports")


def shows_images(message: Message) -> bool:
    """Whether it shows pictures."""
    return any(attachment.width for attachment in message.attachments)


def is_settled(message: Message) -> bool:
    """Whether it says something that is not progress: a result, a failure, a refusal."""
    waiting = {"Queued", "Paused", "Trying again soon", "Generating", "Waiting for an answer", "Cancelling"}
    return not message.loading and title(message) not in waiting


def fields(message: Message) -> dict[str, str]:
    """The fields of its embeds, by name."""
    return {field["name"]: field["value"] for embed in message.embeds for field in embed.get("fields", ())}


def title(message: Message) -> str:
    """The title of its first embed."""
    return str(message.embeds[0].get("title", "")) if message.embeds else ""


def description(message: Message) -> str:
    """The description of its first embed."""
    return str(message.embeds[0].get("description", "")) if message.embeds else ""


def whole(message: Message) -> str:
    """Everything in it that can be read."""
    return json.dumps([message.content, *message.embeds], ensure_ascii=False)
