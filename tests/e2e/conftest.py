"""The whole bot, in this process, against the sandbox, over real sockets."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from parts import SystemClock
from sandbox import Sandbox
from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.servers import Elsewhere, make_elsewhere
from tests.e2e.support import PATIENCE, Bot, eventually, shows_images
from tests.postgres import Server

FAULTY = {50006, 50035}
"""Discord's codes for an empty message, and for one that exceeds a limit or is malformed."""


@pytest.fixture
async def world(world: SandboxClient) -> AsyncIterator[SandboxClient]:
    """The same with image APIs that are in a hurry; whatever a test does, Discord finds no fault with any message."""
    await world.set_eachlabs(duration_s=0.1)
    await world.set_aimlapi(duration_s=0.1)
    yield world
    assert [
        (request.method, request.path.partition("/webhooks")[0], request.payload)
        for request in await world.requests()
        if request.error_code in FAULTY and not request.fault
    ] == []


@pytest.fixture
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database of the test's own: an SQLite file, or what `BOTH_ENGINES` asks for."""
    match getattr(request, "param", "sqlite"):
        case "sqlite":
            yield f"sqlite:///{tmp_path / 'bot.db'}"
        case "postgresql":
            server: Server = request.getfixturevalue("postgres_server")
            async with server.database() as address:
                yield address.url
        case unknown:
            raise ValueError(unknown)


@pytest.fixture
async def bot(
    sandbox: Sandbox, world: SandboxClient, tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> AsyncIterator[Bot]:
    """A bot that a test starts; whatever the test does to it, neither it nor a library may log an exception."""
    with capture_logs() as log:
        runner = Bot(sandbox, world, tmp_path, log, database_url)
        yield runner
        await runner.stop()
    assert [entry for entry in log if entry.get("exc_info")] == []
    told = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in told if not record.msg.startswith("Attempting a reconnect")] == []


@pytest.fixture
async def elsewhere(world: SandboxClient) -> Elsewhere:
    """Another server with the bot, for what must not reach across."""
    return await make_elsewhere(world)


@pytest.fixture
async def everybody(world: SandboxClient) -> None:
    """Discord offers every command to every member, so that the bot's own checks are what is tested."""
    await world.set_discord(commands_for_everybody=True)


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Put the bot's clock so many seconds ahead: what takes an order to go on, goes on with the next one."""

    def put(seconds: float) -> None:
        now = SystemClock.now
        monkeypatch.setattr(SystemClock, "now", lambda clock: now(clock) + int(seconds * 1000))

    return put


@pytest.fixture
def no_departures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot does not look which servers it has data of: a test may take a table away while it runs."""

    async def nobody(*_: object) -> list[int]:
        return []

    monkeypatch.setattr("storage.departures.Departures.guilds_with_data", nobody)


async def delivered(bot: Bot, order: Interaction) -> None:
    """Until the database knows what everybody sees already: what is asked of the bot next depends on it."""

    async def is_so() -> bool | None:
        found = await bot.sql("SELECT status FROM jobs WHERE interaction_id = ?", order.id)
        return {job["status"] for job in found} == {"delivered"} or None

    await eventually(is_so)


Imagine = Callable[..., Awaitable[Message]]


@pytest.fixture
def imagine(request: pytest.FixtureRequest, world: SandboxClient, art: Channel, mara: User) -> Imagine:
    """Run `/imagine` and return its message once it fits: by default once it shows images and the bot knows that."""

    async def run(
        user: User | None = None,
        channel: Channel | None = None,
        until: Callable[[Message], bool] | None = None,
        **options: str | float | bool,
    ) -> Message:
        who, where = user or mara, channel or art
        typed = {"prompt": "a fox", "size": "square", **options}
        interaction = await world.command(who, where, "imagine", typed)
        fits = until or shows_images
        message = await world.wait_for_message(
            where, who, lambda message: message.interaction_id == interaction.id and fits(message), PATIENCE
        )
        if until is None and "bot" in request.fixturenames:
            await delivered(request.getfixturevalue("bot"), interaction)
        return message

    return run
