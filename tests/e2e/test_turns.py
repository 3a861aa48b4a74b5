"""One process is active for each database: who loses the lock stands by, and nobody is served twice or not at all."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from sandbox import Sandbox
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.processes import BotProcess
from tests.e2e.support import PATIENCE, Bot, eventually, shows_images, title
from tests.postgres import own_server
from web.server import WebServer

LOST = "the lock of the database was lost; standing by"
STANDING_BY = "standing by to take over"
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


async def end_the_locks_session(database_url: str) -> None:
    """As an administrator would."""
    connection = await asyncpg.connect(database_url)
    ended = await connection.fetchval(
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    await connection.close()
    assert ended == 1


async def results(world: SandboxClient, channel: Channel, user: User) -> list[Message]:
    """The messages with images."""
    return [message for message in await world.messages(channel, user) if shows_images(message)]


def lost(bot: Bot) -> int:
    return [entry["event"] for entry in bot.log].count(LOST)


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_a_lost_lock_ends_all_work_until_it_is_held_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    """The same process goes on where it stood; it neither exits nor posts twice."""
    await world.set_eachlabs(hold=True)
    await bot.start()
    waiting = await imagine(until=lambda seen: title(seen) == "Generating")
    after = await world.cursor()
    if bot.database_url.startswith("sqlite"):
        (bot.folder / "bot.db.lock").unlink()
    else:
        await end_the_locks_session(bot.database_url)
    await world.wait_until_ready(PATIENCE, after)
    assert lost(bot) == 1
    await world.set_eachlabs(hold=False)
    await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and shows_images(seen), PATIENCE)
    await imagine()
    assert len(await results(world, art, mara)) == 2
    assert len(await world.predictions()) == 2


async def test_whoever_has_lost_the_lock_begins_nothing_while_requests_under_way_are_answered(
    bot: Bot, world: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The HTTP side may take two seconds to end, in which another process is the active one."""
    at_work: set[str] = set()
    leave = WebServer.__aexit__

    async def left(self: WebServer, *error: Any) -> None:
        at_work.update(task.get_name() for task in asyncio.all_tasks())
        await leave(self, *error)

    monkeypatch.setattr(WebServer, "__aexit__", left)
    await bot.start()
    after = await world.cursor()
    (bot.folder / "bot.db.lock").unlink()
    await world.wait_until_ready(PATIENCE, after)
    assert lost(bot) == 1
    assert at_work
    assert not at_work & {"dispatcher", "watcher", "housekeeping"}


@pytest.fixture
async def processes(
    sandbox: Sandbox, world: SandboxClient, tmp_path: Path, database_url: str
) -> AsyncIterator[tuple[BotProcess, BotProcess]]:
    """Gives two processes on one database."""
    first, second = (
        BotProcess(sandbox, world, tmp_path, name, database_url=database_url) for name in ("first", "second")
    )
    yield first, second
    for process in (first, second):
        await process.close()
        assert "Traceback" not in process.log()


@POSTGRESQL
async def test_the_one_that_stands_by_takes_over_from_one_that_lost_its_lock_and_back(
    processes: tuple[BotProcess, BotProcess], world: SandboxClient, imagine: Imagine, database_url: str
) -> None:
    """Within seconds each time, and never both at once."""
    first, second = processes
    await first.start()
    await second.launch()

    async def says(process: BotProcess, words: str) -> bool | None:
        return words in process.log() or None

    await eventually(lambda: says(second, STANDING_BY))
    after = await world.cursor()
    began = time.monotonic()
    await end_the_locks_session(database_url)
    await world.wait_until_ready(PATIENCE, after)
    assert time.monotonic() - began < 30
    await eventually(lambda: says(first, STANDING_BY))
    assert first.log().count(LOST) == 1
    assert shows_images(await imagine())

    after = await world.cursor()
    began = time.monotonic()
    await second.signal(signal.SIGKILL)
    await world.wait_until_ready(PATIENCE, after)
    assert time.monotonic() - began < 30
    assert shows_images(await imagine())
    assert await first.signal(signal.SIGTERM) == 0


async def test_a_crash_of_the_server_is_survived_without_a_new_start(
    sandbox: Sandbox, world: SandboxClient, imagine: Imagine, art: Channel, mara: User, tmp_path: Path
) -> None:
    """What was accepted before it is delivered after it, once."""
    await world.set_eachlabs(hold=True)
    with own_server() as server:
        process = BotProcess(sandbox, world, tmp_path, database_url=server.url("postgres"))
        try:
            await process.start()
            waiting = await imagine(until=lambda seen: title(seen) == "Generating")
            await asyncio.to_thread(server.halt, "immediate")
            await world.set_eachlabs(hold=False)  # its webhook finds nobody who could write it down
            after = await world.cursor()
            await asyncio.to_thread(server.start)
            await world.wait_until_ready(PATIENCE, after)
            await world.wait_for_message(art, mara, lambda seen: seen.id == waiting.id and shows_images(seen), PATIENCE)
            assert await process.signal(signal.SIGTERM) == 0
        finally:
            await process.close()
    assert "Traceback" not in process.log()
    assert len(await results(world, art, mara)) == 1
    assert len(await world.predictions()) == 1
