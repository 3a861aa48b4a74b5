"""While the database cannot be used members are told so, nothing is half-written, and jobs go on by themselves."""

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import bot as entry
import jobs.tasks
import jobs.world
import storage.housekeeping
import storage.sqlite
from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User
from storage.store import SqlStore
from tests.e2e.conftest import Imagine
from tests.e2e.processes import BotProcess
from tests.e2e.support import PATIENCE, Bot, description, eventually, get, is_settled, shows_images, sql, title

BEGINS = "the database cannot be used; jobs wait and go on by themselves"
ENDS = "the database can be used again"
Trouble = Callable[[bool], Awaitable[None]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.sqlite, "BUSY_MS", 50)
    monkeypatch.setattr(storage.housekeeping, "PROBE_PAUSE", 0.1)
    monkeypatch.setattr(jobs.tasks, "_STORE_PAUSE", 0.1)
    monkeypatch.setattr(jobs.world, "_PAUSE_FIRST", 0.1)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[SqlStore]:
    """The stores that the bot opens, to reach the connection it writes with."""
    stores: list[SqlStore] = []
    really = vars(entry)["open_store"]

    @contextlib.asynccontextmanager
    async def remembered(*where: Any) -> AsyncIterator[SqlStore]:
        async with really(*where) as store:
            stores.append(store)
            yield store

    monkeypatch.setattr(entry, "open_store", remembered)
    return stores


@pytest.fixture(params=["locked", "read-only", "full"])
async def trouble(request: pytest.FixtureRequest, bot: Bot, opened: list[SqlStore]) -> AsyncIterator[Trouble]:
    """Turns one kind of trouble on and off."""
    other: list[sqlite3.Connection] = []

    async def pragma(text: str) -> int:
        engine: Any = opened[-1]._engine
        rows = await engine._writer.execute_fetchall(f"PRAGMA {text}")
        return next((int(row[0]) for row in rows), 0)

    async def turn(on: bool) -> None:
        match request.param:
            case "locked" if on:
                other.append(sqlite3.connect(bot.folder / "bot.db", isolation_level=None))
                other[-1].execute("BEGIN EXCLUSIVE")
            case "locked":
                other.pop().close()
            case "read-only":
                await pragma(f"query_only = {int(on)}")
            case _:
                await pragma(f"max_page_count = {await pragma('page_count') if on else 1_000_000}")

    yield turn
    for connection in other:
        connection.close()


async def database(bot: Bot, name: str = "database") -> tuple[int, str]:
    """How the probe answers, and what it says of the database, or of another check."""
    status, text = await get(f"{bot.url}/readyz")
    return status, text.partition(f'"name": "{name}"')[2].partition("}")[0]


async def answers(bot: Bot, expected: int) -> None:
    async def does() -> bool | None:
        return (await get(f"{bot.url}/readyz"))[0] == expected or None

    await eventually(does)


def told(bot: Bot, *events: str) -> list[str]:
    """Of these events those that were logged, in order."""
    return [entry["event"] for entry in bot.log if entry["event"] in events]


async def test_an_order_is_refused_in_plain_words_and_what_runs_goes_on_afterwards(
    bot: Bot, trouble: Trouble, imagine: Imagine, world: SandboxClient, ben: User
) -> None:
    await bot.start()
    await answers(bot, 200)
    await world.set_eachlabs(hold=True)
    running = await imagine(until=lambda seen: title(seen) == "Generating")
    await bot.wait_for_job("running")
    await trouble(True)
    refused = await _refused(imagine, ben)
    assert refused.startswith("The bot's database cannot be used right now. Nothing was made and nothing was charged.")
    status, said = await database(bot)
    assert status == 503
    assert '"ok": false' in said
    assert "bot.db" in said
    await world.set_eachlabs(hold=False)
    await trouble(False)
    await answers(bot, 200)
    await bot.wait_for_job("delivered")
    assert shows_images(await world.message(running))
    assert shows_images(await imagine(user=ben))
    for number in range(len(await bot.jobs())):  # on a disk that becomes full the first orders may find room
        await bot.wait_for_job("delivered", number=number)
    assert await bot.images_charged() == len(await bot.jobs())
    assert told(bot, BEGINS, ENDS) == [BEGINS, ENDS]
    assert {entry["event"] for entry in bot.log if entry["log_level"] == "error"} == {BEGINS}


async def _refused(imagine: Imagine, user: User | None) -> str:
    """What an order is told, as soon as one is refused."""
    while True:
        message = await imagine(user=user, until=lambda seen: is_settled(seen) or title(seen) != "")
        if "database" in description(message):
            return description(message)


async def test_a_loop_that_dies_of_a_fault_of_ours_shows_and_the_jobs_go_on(
    sandbox: Sandbox, world: SandboxClient, imagine: Imagine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the dispatcher depends on raises, again and again."""
    monkeypatch.setattr(jobs.tasks, "_RESTART_FIRST", 0.05)
    monkeypatch.setattr(jobs.tasks, "_RESTART_LONGEST", 0.1)
    monkeypatch.setattr(jobs.tasks, "_STEADY", 0.5)
    really = SqlStore.claim

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(SqlStore, "claim", broken)
    running = Bot(sandbox, world, tmp_path, [])
    try:
        await running.start()
        await answers(running, 503)
        _, text = await get(f"{running.url}/readyz")
        assert '"name": "dispatcher", "ok": false, "detail": "died ' in text
        assert "a fault of ours" not in text
        message = await imagine(until=lambda seen: title(seen) == "Queued")
        monkeypatch.setattr(SqlStore, "claim", really)
        await running.wait_for_job("delivered")
        await answers(running, 200)
        assert shows_images(await world.message(message))
    finally:
        await running.stop()


@pytest.mark.skipif(
    sys.platform != "linux", reason="limits of a running process can be set from outside on Linux alone"
)
async def test_a_disk_that_takes_no_more_lets_jobs_and_results_wait(
    sandbox: Sandbox, world: SandboxClient, imagine: Imagine, tmp_path: Path, ben: User
) -> None:
    """Any write beyond the limit fails in the running process, of the database and of results alike."""
    import resource  # noqa: PLC0415 - there is none on Windows

    process = BotProcess(sandbox, world, tmp_path)
    try:
        await process.start()
        await world.set_eachlabs(hold=True)
        message = await imagine(until=lambda seen: title(seen) == "Generating")
        before = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))
        refused = await imagine(user=ben, until=is_settled)
        assert description(refused).startswith("The bot's database cannot be used right now.")
        status, text = await get(f"http://127.0.0.1:{process.port}/readyz")
        assert status == 503
        assert "the disk reports an error" in text or "the disk is full" in text
        await world.set_eachlabs(hold=False)
        await asyncio.sleep(1)  # the result comes, and finds no room
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, before)

        async def is_delivered() -> bool | None:
            rows = await sql(tmp_path / "bot.db", "SELECT status FROM jobs")
            return rows == [{"status": "delivered"}] or None

        await eventually(is_delivered)

        async def is_well() -> bool | None:
            return (await get(f"http://127.0.0.1:{process.port}/readyz"))[0] == 200 or None

        await eventually(is_well)
    finally:
        await process.close()
    assert shows_images(await world.message(message))
    assert process.log().count(BEGINS) == process.log().count(ENDS) == 1
    assert "Traceback" not in process.log()


async def test_a_result_waits_while_its_folder_cannot_be_written(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is posted, without being paid again. Its operator sees it, and is told in Discord."""
    monkeypatch.setattr("jobs.completion._REFETCH", 0.1)
    monkeypatch.setattr("storage.folder.PAUSE", 0.1)
    monkeypatch.setattr("storage.folder.PAUSE_IN_TROUBLE", 0.1)
    monkeypatch.setattr("cogs.operator.troubles.LASTS", 0)
    monkeypatch.setattr("cogs.operator.troubles.SETTLED", 0)
    await bot.start(operator_channel_id=dark.id)
    await answers(bot, 200)
    results = bot.folder / "results"
    results.rename(bot.folder / "elsewhere")
    results.write_text("no folder can be made here")
    await answers(bot, 503)
    assert (await database(bot, "data_dir"))[1] == (
        ', "ok": false, "detail": "DATA_DIR/results cannot be written: Not a directory"'
    )
    assert '"ok": true' in (await database(bot))[1]
    for model in ("flux-lora", "flux-2-lora"):
        await imagine(model=model, until=lambda seen: seen.loading)

    async def waits() -> bool | None:
        waiting = [entry["job"] for entry in bot.log if entry["event"] == "the result could not be stored yet"]
        return len(set(waiting)) == 2 or None

    await eventually(waits)
    results.unlink()
    await answers(bot, 200)
    for number in range(2):
        await bot.wait_for_job("delivered", number=number)
    assert len(await world.predictions()) + len(await world.generations()) == 2
    await world.wait_for_message(dark, None, lambda seen: "can be written again" in seen.content, PATIENCE)
    begins, ends = [message.content for message in await world.messages(dark)]
    assert begins == (
        "**Trouble with the bot's `DATA_DIR`**: DATA_DIR/results cannot be written: Not a directory. Results wait for "
        "it, and those that wait too long are refunded; all goes on by itself once this is mended."
    )
    assert ends == "**The bot's `DATA_DIR`** can be written again."
    lines = ["DATA_DIR cannot be written; results wait and go on by themselves", "DATA_DIR can be written again"]
    assert told(bot, *lines) == lines


async def test_the_operator_reads_in_discord_that_the_database_is_in_trouble_and_when_it_is_over(
    bot: Bot, trouble: Trouble, imagine: Imagine, world: SandboxClient, dark: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it still is: nothing on the way there needs the database."""
    monkeypatch.setattr("cogs.operator.troubles.LASTS", 500)
    monkeypatch.setattr("cogs.operator.troubles.SETTLED", 0)
    await bot.start(operator_channel_id=dark.id)
    await answers(bot, 200)
    await trouble(True)
    await _refused(imagine, None)
    begins = await world.wait_for_message(dark, None, lambda seen: "Trouble with" in seen.content, PATIENCE)
    assert begins.content.startswith("**Trouble with the bot's database**: ")
    assert "bot.db" in begins.content
    assert (await database(bot))[0] == 503
    await trouble(False)
    await world.wait_for_message(dark, None, lambda seen: "can be used again" in seen.content, PATIENCE)
    assert len(await world.messages(dark)) == 2
