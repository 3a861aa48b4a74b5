"""A stop ends in time whatever hangs, loses nothing, and a second signal ends it at once."""

import asyncio
import contextlib
import json
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User
from stopping import MARGIN
from tests.e2e.conftest import Imagine
from tests.e2e.processes import ROOT, BotProcess
from tests.e2e.support import PATIENCE, eventually, shows_images, sql, title

STOP_SECONDS = 0.5


@pytest.fixture
async def process(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> AsyncIterator[BotProcess]:
    running = BotProcess(sandbox, world, tmp_path)
    yield running
    await running.close()
    assert "Traceback" not in running.log()


@contextlib.asynccontextmanager
async def _deaf_gateway(sandbox: Sandbox, world: SandboxClient) -> AsyncIterator[asyncio.Event]:
    """A way to the sandbox's gateway; once the event is set it swallows whatever is sent."""
    deaf, over = asyncio.Event(), asyncio.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not deaf.is_set():
                writer.write(data)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", sandbox.port)
        pumps = [asyncio.create_task(pump(reader, far_writer)), asyncio.create_task(pump(far_reader, writer))]
        await over.wait()
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        far_writer.close()
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    limits = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    found = {"url": f"ws://127.0.0.1:{port}/gateway", "shards": 1, "session_start_limit": limits}
    await world.add_fault(
        "discord.get_bot_gateway",
        "status",
        status=200,
        times=20,
        headers={"Content-Type": "application/json"},
        body=json.dumps(found),
    )
    try:
        yield deaf
    finally:
        over.set()
        server.close()
        await server.wait_closed()


async def _stopped(process: BotProcess) -> float:
    """Seconds that the stop took."""
    began = time.monotonic()
    assert await process.signal(signal.SIGTERM) == 0
    return time.monotonic() - began


async def _status(process: BotProcess) -> str:
    (job,) = await sql(process.folder / "bot.db", "SELECT status FROM jobs")
    return str(job["status"])


async def _in(process: BotProcess, *statuses: str) -> None:
    async def fits() -> bool | None:
        with contextlib.suppress(ValueError):  # no job yet
            return await _status(process) in statuses or None
        return None

    await eventually(fits)


async def _delivered_after_the_next_start(
    process: BotProcess, world: SandboxClient, channel: Channel, viewer: User
) -> None:
    await world.clear_faults()
    await process.start()
    await _in(process, "delivered")
    shown = [message for message in await world.messages(channel, viewer) if shows_images(message)]
    assert len(shown) == 1
    assert len(await world.predictions()) == 1


async def test_an_upload_that_hangs_is_cut_and_made_up_for(
    process: BotProcess, world: SandboxClient, imagine: Imagine, art: Channel, mara: User
) -> None:
    await process.start(STOP_SECONDS=f"{STOP_SECONDS}")
    await world.set_eachlabs(hold=True)
    await imagine(until=lambda seen: title(seen) == "Generating")
    await world.add_fault("discord.edit_followup", "hang", times=20)
    await world.set_eachlabs(hold=False)
    await _in(process, "delivering")
    assert await _stopped(process) < STOP_SECONDS + MARGIN
    assert await _status(process) == "delivering"
    await _delivered_after_the_next_start(process, world, art, mara)


async def test_a_create_that_hangs_is_cut_and_in_doubt(
    process: BotProcess, world: SandboxClient, imagine: Imagine
) -> None:
    await process.start(STOP_SECONDS=f"{STOP_SECONDS}")
    await world.add_fault("eachlabs.create", "hang")
    await imagine(until=lambda seen: seen.loading)
    await _in(process, "submitting")
    assert await _stopped(process) < STOP_SECONDS + MARGIN
    assert await _status(process) == "submitting"


async def test_a_webhook_whose_body_never_comes_holds_nobody_up(
    process: BotProcess, world: SandboxClient, imagine: Imagine, art: Channel, mara: User
) -> None:
    await process.start(STOP_SECONDS=f"{STOP_SECONDS}")
    await world.set_eachlabs(hold=True)
    await imagine(until=lambda seen: title(seen) == "Generating")
    (job,) = await sql(process.folder / "bot.db", "SELECT id, webhook_token FROM jobs")
    _, writer = await asyncio.open_connection("127.0.0.1", process.port)
    path = f"/webhooks/eachlabs/{job['id']}/{job['webhook_token']}"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Length: 1000\r\n\r\n{{".encode())
    await writer.drain()
    assert await _stopped(process) < STOP_SECONDS + MARGIN
    writer.close()
    await world.set_eachlabs(hold=False)
    await _delivered_after_the_next_start(process, world, art, mara)


async def test_a_database_that_is_locked_holds_nobody_up(
    process: BotProcess, world: SandboxClient, imagine: Imagine, art: Channel, mara: User
) -> None:
    await process.start(STOP_SECONDS=f"{STOP_SECONDS}")
    await world.set_eachlabs(hold=True)
    await imagine(until=lambda seen: title(seen) == "Generating")
    await _in(process, "running")
    with contextlib.closing(sqlite3.connect(process.folder / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await world.set_eachlabs(hold=False)  # the result has to be written down, and cannot be
        assert await _stopped(process) < STOP_SECONDS + MARGIN + 1
        other.execute("ROLLBACK")
    await _delivered_after_the_next_start(process, world, art, mara)


async def test_a_gateway_that_answers_nothing_any_more_holds_nobody_up(
    process: BotProcess, world: SandboxClient, sandbox: Sandbox
) -> None:
    """As a network does that drops every packet: the close is sent, and no answer comes."""
    async with _deaf_gateway(sandbox, world) as deafen:
        await process.start(STOP_SECONDS=f"{STOP_SECONDS}")
        deafen.set()
        assert await _stopped(process) < STOP_SECONDS + MARGIN


HANGING = """
import sys, time
import bot, stopping
from jobs.service import JobService

async def hang(self, *, seconds):
    time.sleep(60)

JobService.stop = hang
stopping.MARGIN = 1.0
sys.exit(bot.main(["run"]))
"""


async def test_even_a_process_that_does_nothing_any_more_ends_in_time(
    sandbox: Sandbox, world: SandboxClient, tmp_path: Path
) -> None:
    (tmp_path / "hanging.py").write_text(HANGING)
    process = BotProcess(sandbox, world, tmp_path, arguments=[str(tmp_path / "hanging.py")])
    try:
        await process.start(STOP_SECONDS="0.1", PYTHONPATH=str(ROOT))
        assert 1 < await _stopped(process) < MARGIN
    finally:
        await process.close()
    assert "the stop was cut short" in process.log()


async def test_a_second_signal_ends_it_at_once(process: BotProcess, world: SandboxClient, imagine: Imagine) -> None:
    await world.set_aimlapi(hold=True)
    await process.start(STOP_SECONDS="600")
    await imagine(model="flux-2-lora", until=lambda seen: title(seen) == "Generating")
    stopping = asyncio.create_task(process.signal(signal.SIGTERM))

    async def has_begun() -> bool | None:
        return "stopping" in process.log() or None

    await eventually(has_begun)
    began = time.monotonic()
    assert await process.signal(signal.SIGTERM) == -signal.SIGTERM
    assert time.monotonic() - began < MARGIN
    assert await stopping == -signal.SIGTERM
    assert await _status(process) == "submitting"


async def test_a_stop_refuses_new_orders_in_one_sentence_while_it_finishes_the_old_ones(
    process: BotProcess, world: SandboxClient, imagine: Imagine, art: Channel, ben: User
) -> None:
    await world.set_aimlapi(hold=True)
    await process.start(STOP_SECONDS="15")
    paid = await imagine(model="flux-2-lora", until=lambda seen: title(seen) == "Generating")
    stopping = asyncio.create_task(process.signal(signal.SIGTERM))

    async def has_begun() -> bool | None:
        return "stopping" in process.log() or None

    await eventually(has_begun)
    sent = await world.command(ben, art, "imagine", {"prompt": "a hare"})
    refused = await world.wait_for_message(art, ben, lambda seen: seen.interaction_id == sent.id, PATIENCE)
    assert "The bot is restarting" in str(refused.embeds)
    assert refused.ephemeral
    await world.set_aimlapi(hold=False)
    assert await stopping == 0
    assert shows_images(await world.message(paid))
    assert await _status(process) == "delivered"
