"""What an operator relies on: signals, standing by, probes, metrics, and a gateway that comes and goes."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient
from stopping import MARGIN
from tests.e2e.conftest import Imagine
from tests.e2e.processes import BotProcess
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, eventually, get, shows_images


@pytest.fixture
async def process(
    sandbox: Sandbox, world: SandboxClient, tmp_path: Path, database_url: str
) -> AsyncIterator[BotProcess]:
    running = BotProcess(sandbox, world, tmp_path, database_url=database_url)
    yield running
    await running.close()
    assert "Traceback" not in running.log()


@BOTH_ENGINES
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_in_time_although_a_job_runs(
    number: signal.Signals, process: BotProcess, world: SandboxClient, imagine: Imagine
) -> None:
    await world.set_aimlapi(hold=True)
    await process.start(STOP_SECONDS="1")
    await imagine(model="flux-2-lora", until=lambda seen: seen.edits > 0)
    began = time.monotonic()
    assert await process.signal(number) == 0
    assert 0.9 < time.monotonic() - began < 1 + MARGIN
    assert "stopped" in process.log().splitlines()[-1]
    (job,) = await process.sql("SELECT status FROM jobs")
    assert job["status"] == "submitting"  # taken up by the next start


@BOTH_ENGINES
async def test_a_second_process_stands_by_and_takes_over_when_the_first_dies(
    process: BotProcess, sandbox: Sandbox, world: SandboxClient, imagine: Imagine, tmp_path: Path
) -> None:
    await process.start()
    second = BotProcess(sandbox, world, tmp_path, "second", database_url=process.database_url)
    try:
        after = await world.cursor()
        await second.launch()

        async def stands_by() -> bool | None:
            return "standing by to take over" in second.log() or None

        await eventually(stands_by)
        assert [event for event in await world.events(after) if event.kind == "ready"] == []
        began = time.monotonic()
        await process.signal(signal.SIGKILL)
        await world.wait_until_ready(PATIENCE, after)
        assert time.monotonic() - began < 30  # a fraction of it, where nothing else is to be done
        assert shows_images(await imagine())
        assert await second.signal(signal.SIGTERM) == 0
    finally:
        await second.close()
    assert "Traceback" not in second.log()


async def test_a_process_that_stands_by_can_be_stopped(
    process: BotProcess, sandbox: Sandbox, world: SandboxClient, tmp_path: Path
) -> None:
    await process.start()
    second = BotProcess(sandbox, world, tmp_path, "second")
    try:
        await second.launch()

        async def stands_by() -> bool | None:
            return "standing by to take over" in second.log() or None

        await eventually(stands_by)
        assert await second.signal(signal.SIGTERM) == 0
    finally:
        await second.close()


async def test_it_is_ready_only_when_it_can_be_used(bot: Bot, world: SandboxClient) -> None:
    await world.add_fault("discord.get_own_user", "hang")
    starting = asyncio.create_task(bot.start())

    async def answers() -> tuple[int, str] | None:
        try:
            return await get(f"{bot.url}/readyz")
        except (AssertionError, OSError):  # not that far yet
            return None

    status, text = await eventually(answers)
    assert status == 503
    assert '"ready": false' in text
    assert (await get(f"{bot.url}/healthz")) == (200, "ok\n")
    await world.clear_faults()
    await starting

    async def ready() -> str | None:
        status, text = await get(f"{bot.url}/readyz")
        return text if status == 200 else None

    text = await eventually(ready)
    for name in ("discord", "database", "dispatcher", "watcher", "progress", "housekeeping"):
        assert f'"name": "{name}", "ok": true' in text


async def test_metrics_count_what_was_made(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await bot.start(webhooks=True)
    await imagine(count=2)
    await world.add_fault("eachlabs.result", "failed")
    await imagine(until=lambda seen: "No image" in str(seen.embeds))
    _, text = await get(f"{bot.url}/metrics")
    assert 'fluxcord_jobs_admitted_total{model="flux-lora"} 2.0' in text
    assert 'fluxcord_jobs_finished_total{model="flux-lora",reason="",status="delivered"} 1.0' in text
    assert 'reason="generation_failed",status="failed"} 1.0' in text
    assert "fluxcord_spent_micro_usd_total" in text
    assert "70000.0" in text
    assert 'fluxcord_webhooks_total{outcome="accepted"} 2.0' in text


@pytest.mark.parametrize("how", ["drop", "close", "reconnect"])
async def test_commands_work_again_after_the_gateway_was_lost(
    how: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start(webhooks=True)
    assert shows_images(await imagine())
    after = await world.cursor()
    match how:
        case "drop":
            assert await world.drop_gateway() == 1
        case "close":
            assert await world.close_gateway(4000) == 1
        case _:
            assert await world.ask_to_reconnect() == 1
    await world.wait_for_event("resumed", PATIENCE, after)
    assert shows_images(await imagine())


async def test_commands_work_again_after_the_session_was_lost(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await bot.start(webhooks=True)
    after = await world.cursor()
    assert await world.invalidate_session() == 1
    await world.wait_until_ready(PATIENCE, after)
    assert shows_images(await imagine())


async def test_a_result_is_delivered_while_the_gateway_is_away(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: seen.edits > 0)
    await world.add_fault("discord.gateway", "status", status=503, times=20)
    await world.drop_gateway()
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    assert shows_images(await world.message(message))


async def test_it_is_not_ready_while_the_gateway_is_away(bot: Bot, world: SandboxClient) -> None:
    await bot.start()

    async def answers(status: int) -> bool | None:
        return (await get(f"{bot.url}/readyz"))[0] == status or None

    await eventually(lambda: answers(200))
    await world.add_fault("discord.gateway", "status", times=50, status=503)
    await world.drop_gateway()
    await eventually(lambda: answers(503))
    await world.clear_faults()
    await eventually(lambda: answers(200))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({}, None), ({"status": 404}, "there is no such channel"), ({"status": 403}, "the bot may not write there")],
)
async def test_an_operators_channel_that_cannot_be_written_to_is_told_at_the_start(
    fault: dict[str, int], reason: str | None, bot: Bot, dark: Channel, world: SandboxClient
) -> None:
    if fault:
        await world.add_fault("discord.typing", "status", **fault)
    await bot.start(operator_channel_id=dark.id)
    told = [entry.get("reason") for entry in bot.log if "OPERATOR_CHANNEL_ID" in entry["event"]]
    assert told == ([reason] if reason else [])


async def test_an_operators_channel_without_permission_is_told_at_the_start(
    bot: Bot, dark: Channel, world: SandboxClient
) -> None:
    await world.set_permissions(dark, deny=["send_messages"])
    await bot.start(operator_channel_id=dark.id)
    assert "the bot may not write there" in [entry.get("reason") for entry in bot.log]
