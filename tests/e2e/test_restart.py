"""A stop or a death in the middle loses nothing, and old messages stay alive."""

import signal
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.processes import BotProcess
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, eventually, shows_images, title


async def shown(world: SandboxClient, channel: Channel, viewer: User) -> list[bool]:
    """Of every message that a viewer sees: whether it shows images."""
    return [shows_images(message) for message in await world.messages(channel, viewer)]


@BOTH_ENGINES
async def test_queued_and_running_jobs_are_taken_up_after_a_restart_and_delivered_once(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await world.set_eachlabs(hold=True, webhooks=False)
    await bot.start(eachlabs_concurrency=1)
    running = await imagine(user=mara, until=lambda seen: title(seen) == "Generating")
    queued = await imagine(user=ben, until=lambda seen: title(seen) == "Queued")
    await bot.stop()
    assert [job["status"] for job in await bot.jobs()] == ["running", "queued"]
    await world.set_eachlabs(hold=False)  # the first one ends while nobody looks
    await bot.start(eachlabs_concurrency=1)
    await bot.wait_for_job("delivered")
    await bot.wait_for_job("delivered", number=1)
    assert shows_images(await world.message(running))
    assert shows_images(await world.message(queued))
    assert await shown(world, art, ben) == [True, True]
    assert len(await world.predictions()) == 2
    assert await bot.images_charged() == 2


async def test_a_webhook_that_came_while_the_bot_was_down_is_made_up_for(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.timing.UNLEARNT_FIRST", 60_000)  # at once, and not when the look would be due
    await world.set_eachlabs(hold=True, webhook_retry_gap_s=0.01)
    await bot.start(webhooks=True)
    await imagine(until=lambda seen: seen.edits > 0)
    await bot.wait_for_job("running")
    await bot.stop()
    after = await world.cursor()
    await world.set_eachlabs(hold=False)
    missed = await world.wait_for_event("webhook_sent", PATIENCE, after)
    assert missed.data["status"] == 0
    await bot.start(webhooks=True)
    await bot.wait_for_job("delivered")
    assert await shown(world, art, mara) == [True]
    assert len(await world.predictions()) == 1


@BOTH_ENGINES
async def test_a_killed_process_leaves_a_running_job_that_the_next_one_delivers_once(
    sandbox: Sandbox,
    world: SandboxClient,
    imagine: Imagine,
    art: Channel,
    mara: User,
    tmp_path: Path,
    database_url: str,
) -> None:
    await world.set_eachlabs(hold=True)
    process = BotProcess(sandbox, world, tmp_path, database_url=database_url)
    try:
        await process.start()
        message = await imagine(until=lambda seen: title(seen) == "Generating")
        assert await process.signal(signal.SIGKILL) == -signal.SIGKILL
        await world.set_eachlabs(hold=False)
        await process.start()
        await world.wait_for_message(art, mara, lambda seen: seen.id == message.id and shows_images(seen), PATIENCE)

        async def is_delivered() -> bool | None:
            rows = await process.sql("SELECT status FROM jobs")
            return rows == [{"status": "delivered"}] or None

        assert await eventually(is_delivered)
        assert await process.signal(signal.SIGTERM) == 0
    finally:
        await process.close()
    assert await shown(world, art, mara) == [True]
    assert len(await world.predictions()) == 1
    assert "Traceback" not in process.log()


@BOTH_ENGINES
@pytest.mark.parametrize("model", ["flux-lora", "flux-2-lora"])
async def test_images_that_were_stored_but_not_posted_are_posted_once_after_a_restart(
    model: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, stop_seconds=0)
    await world.add_fault("discord.edit_followup", "status", status=503, times=50)
    await imagine(model=model, until=lambda seen: seen.loading)
    await bot.wait_for_job("delivering")
    await bot.stop()
    (job,) = await bot.jobs()
    assert job["status"] == "delivering"
    assert len(list((bot.folder / "results" / job["id"]).glob("1-*.*"))) == 1
    await world.clear_faults()
    await bot.start(webhooks=True)
    await bot.wait_for_job("delivered")
    assert await shown(world, art, mara) == [True]
    assert len(await world.predictions()) + len(await world.generations()) == 1
    assert await bot.images_charged() == 1
    await bot.stop()
    assert not (bot.folder / "results" / job["id"]).exists()


async def test_a_stop_waits_for_an_answer_that_is_being_paid(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_aimlapi(duration_s=1.0)
    await bot.start(stop_seconds=10)
    await imagine(model="flux-2-lora", until=lambda seen: seen.loading)
    await bot.wait_for_job("submitting")
    await bot.stop()
    assert [job["status"] for job in await bot.jobs()] == ["delivered"]
    assert await shown(world, art, mara) == [True]


@pytest.mark.parametrize(("retries", "ends"), [(0, "No image this time"), (1, "images")])
async def test_an_answer_that_the_stop_cut_off_is_bought_again_as_often_as_the_operator_allows(
    retries: int,
    ends: str,
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    art: Channel,
    mara: User,
) -> None:
    await world.set_aimlapi(hold=True)
    await bot.start(stop_seconds=0)
    message = await imagine(model="flux-2-lora", until=lambda seen: title(seen) == "Generating")
    await bot.stop()
    await world.set_aimlapi(hold=False)
    await bot.start(lost_create_retries=retries)

    def is_told(seen: Message) -> bool:
        return seen.id == message.id and (shows_images(seen) if ends == "images" else title(seen) == ends)

    await world.wait_for_message(art, mara, is_told, PATIENCE)
    assert len(await world.image_requests("aimlapi")) == 1 + retries
    assert await bot.images_charged() == retries
    (job,) = await bot.jobs()
    assert job["unknown_creates"] == 1


async def test_buttons_from_before_a_restart_work(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    old = await imagine()
    await bot.stop()
    await bot.start(webhooks=True)
    again = await world.press(mara, old, label="Again")
    await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == again.id and shows_images(seen), PATIENCE
    )
    delete = await world.press(mara, old, label="Delete")
    await world.wait_for_interaction(delete, lambda now: now.state is InteractionState.DELETED, PATIENCE)
    assert (await world.message(old)).deleted
    assert await shown(world, art, mara) == [True]


@BOTH_ENGINES
async def test_a_cancel_pressed_after_a_restart_works(bot: Bot, imagine: Imagine, world: SandboxClient) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: seen.edits > 0)
    await bot.wait_for_job("running")
    await bot.stop()
    await bot.start(webhooks=True)
    await world.press(await world.user("Mara"), message, label="Cancel")
    await bot.wait_for_job("cancelled")
    (prediction,) = await world.predictions()
    assert prediction["status"] == "cancelled"


async def test_commands_are_registered_again_only_when_they_have_changed(bot: Bot, world: SandboxClient) -> None:
    async def syncs() -> int:
        return sum(request.operation == "sync_commands" for request in await world.requests())

    await bot.start()
    assert await syncs() == 1
    await bot.stop()
    await bot.start()
    assert await syncs() == 1
    await bot.stop()
    await bot.start(aimlapi_api_key="")  # fewer models, other bounds
    assert await syncs() == 2


async def test_a_command_whose_answer_hangs_when_the_stop_comes_is_cut_off_and_no_error(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(stop_seconds=0)
    await world.add_fault("discord.callback", "hang")
    await world.command(mara, art, "quota")
    await eventually(lambda: _is_hanging(world))
    await bot.stop()
    assert [entry["action"] for entry in bot.log if entry["event"] == "cut off by the stop"] == ["quota"]


async def _is_hanging(world: SandboxClient) -> bool | None:
    return any(request.operation == "callback" for request in await world.requests()) or None
