"""The limits of an API key hold whatever happens to the bot, and what they allow is used."""

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.processes import BotProcess
from tests.e2e.support import PATIENCE, Bot, eventually, sql, title, whole

KEY = "sandbox-eachlabs-key"
SLOTS, PER_MINUTE, JOBS = 3, 6, 9
LIMITS = {"EACHLABS_CONCURRENCY": f"{SLOTS}", "EACHLABS_CREATES_PER_MINUTE": f"{PER_MINUTE}"}


async def use(world: SandboxClient) -> Mapping[str, Any]:
    """What the API has measured of the key."""
    keys: Mapping[str, Mapping[str, Any]] = (await world.image_stats("eachlabs"))["keys"]
    return keys.get(KEY, {"in_flight": 0, "accepted": 0})


async def in_flight(world: SandboxClient, count: int) -> None:
    async def is_so() -> bool | None:
        return (await use(world))["in_flight"] == count or None

    await eventually(is_so)


async def finish_one(world: SandboxClient) -> None:
    running = [each for each in await world.predictions() if each["ended_ms"] is None]
    await world.finish_prediction(running[0]["id"])


async def accepted(world: SandboxClient, count: int) -> None:
    async def is_so() -> bool | None:
        return (await use(world))["accepted"] >= count or None

    await eventually(is_so)
    assert (await use(world))["accepted"] == count


@pytest.mark.parametrize(
    ("ending", "on_their_way"),
    [(signal.SIGTERM, False), (signal.SIGKILL, True)],
    ids=["stopped while jobs run", "killed while creates are on their way"],
)
async def test_the_limits_hold_across_a_restart_and_every_slot_that_frees_is_filled(
    ending: signal.Signals,
    on_their_way: bool,
    sandbox: Sandbox,
    world: SandboxClient,
    art: Channel,
    mara: User,
    ben: User,
    tmp_path: Path,
) -> None:
    await world.set_eachlabs(hold=True, concurrency=1000, creates_per_minute=1000)  # it would let us do far more
    process, database = BotProcess(sandbox, world, tmp_path), tmp_path / "bot.db"
    try:
        await process.start(**LIMITS)
        if on_their_way:
            await world.add_fault("eachlabs.create", "slow", delay_s=2.0, times=SLOTS)
        for number in range(JOBS):
            options = {"prompt": f"fox {number}", "size": "square"}
            await world.command((mara, ben)[number % 2], art, "imagine", options)

        async def are_ordered() -> bool | None:
            rows = await sql(database, "SELECT status FROM jobs")
            waiting = sum(row["status"] == "queued" for row in rows)
            return (len(rows), waiting) == (JOBS, JOBS - SLOTS) or None

        async def have_arrived() -> bool | None:
            requests = await world.image_requests("eachlabs")
            return sum(request["method"] == "POST" for request in requests) == SLOTS or None

        await eventually(are_ordered)
        await eventually(have_arrived)
        if not on_their_way:
            await in_flight(world, SLOTS)
        await process.signal(ending)
        await process.start(**LIMITS, STOP_SECONDS="0.1")
        await in_flight(world, SLOTS)
        for freed in range(1, PER_MINUTE - SLOTS + 1):
            await finish_one(world)
            await accepted(world, SLOTS + freed)  # at once, and no more than one
        for left in reversed(range(SLOTS)):
            await finish_one(world)
            await in_flight(world, left)  # slots are free, but the minute allows no more

        async def are_delivered() -> bool | None:
            rows = await sql(database, "SELECT id FROM jobs WHERE status = 'delivered'")
            return len(rows) == PER_MINUTE or None

        await eventually(are_delivered)
        await process.signal(ending)
        await process.start(**LIMITS)
        await asyncio.sleep(0.3)  # nothing may happen now, so there is nothing to wait for
        stats = await use(world)
        assert (stats["accepted"], stats["max_per_minute"]) == (PER_MINUTE, PER_MINUTE)
        await process.signal(signal.SIGTERM)
        await sql(database, "UPDATE attempts SET sent_at = sent_at - 62000")  # the minute passes
        await process.start(**LIMITS)
        await in_flight(world, SLOTS)
        await world.set_eachlabs(hold=False)

        async def is_all_delivered() -> bool | None:
            rows = await sql(database, "SELECT status FROM jobs")
            return {row["status"] for row in rows} == {"delivered"} or None

        await eventually(is_all_delivered, PATIENCE)
        stats = await use(world)
        assert (stats["accepted"], stats["max_in_flight"], stats["refused"]) == (JOBS, SLOTS, 0)
    finally:
        await process.close()


async def shown(world: SandboxClient, channel: Channel, user: User, job_id: str, titles: set[str]) -> Message:
    """A job's message, once it has one of these titles."""
    return await world.wait_for_message(
        channel, user, lambda seen: job_id in whole(seen) and title(seen) in titles, PATIENCE
    )


@pytest.mark.parametrize("is_lost", [True, False], ids=["its answer is lost", "it is answered"])
@pytest.mark.parametrize("cancel_works", [True, False])
async def test_a_cancelled_job_holds_its_slot_as_long_as_the_api_works_on_it(
    is_lost: bool,
    cancel_works: bool,
    bot: Bot,
    world: SandboxClient,
    art: Channel,
    mara: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A member who orders and cancels again and again never has the key make more at once than it may."""
    monkeypatch.setattr("jobs.cancelling._PAUSE_FIRST", 0.1)
    monkeypatch.setattr("jobs.cancelling._PAUSE_LONGEST", 0.2)
    await world.set_eachlabs(hold=True, concurrency=1000, cancel_works=cancel_works)
    if is_lost:
        await world.add_fault("eachlabs.create", "lost_answer", times=JOBS)
    await bot.start(eachlabs_concurrency=1)
    for number in range(3):
        await world.command(mara, art, "imagine", {"prompt": f"fox {number}", "size": "square"})
    for number in range(3):
        job = await bot.wait_for_job("unconfirmed" if is_lost else "running", number=number)
        titles = {"Waiting for an answer", "Generating"}
        await world.press(mara, await shown(world, art, mara, job["id"], titles), label="Cancel")
        if not cancel_works:
            message = await shown(world, art, mara, job["id"], {"Cancelling"})
            assert [(button.label, button.disabled) for button in message.buttons] == [("Cancel", True)]
            assert await bot.images_charged() == 3 - number
            await finish_one(world)
        await bot.wait_for_job("cancelled", number=number)
    stats = await use(world)
    assert (stats["accepted"], stats["max_in_flight"], stats["in_flight"]) == (3, 1, 0)
    assert await bot.images_charged() == 0
    assert [job["unknown_creates"] for job in await bot.jobs()] == [0, 0, 0]
