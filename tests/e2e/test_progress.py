"""What the message says while the image is made, and what it says when it is there."""

import asyncio
import re
from typing import Any

from sandbox.client import Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, eventually, fields, shows_images, title

LORA = "https://example.com/paper.safetensors"


async def edits_of(world: SandboxClient, message: Message) -> list[Any]:
    """The payload of every edit of a message, in the order in which Discord took them."""
    taken = [
        request
        for request in await world.requests()
        if request.method == "PATCH" and request.path.endswith(f"/messages/{message.id}") and request.status == 200
    ]
    return [request.payload for request in sorted(taken, key=lambda request: request.finished_ms or 0)]


def names_files(payload: Any) -> bool:
    return bool(payload.get("attachments"))


async def test_a_result_tells_everything_that_made_it_and_what_it_cost(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=20)
    message = await imagine(
        prompt="a paper fox", count=2, seed=77, steps=30, guidance=4.5, lora=LORA, lora_scale=0.8, format="png"
    )
    shown = fields(message)
    (job,) = await bot.jobs()
    assert description(message) == "a paper fox"
    assert shown["Model"] == "FLUX.1 LoRA"
    assert shown["Size"] == "512 × 512"
    assert shown["Seed"] == "`77`"
    assert shown["Steps"] == "30"
    assert shown["Guidance"] == "4.5"
    assert shown["LoRA"].endswith(" × 0.8")
    assert "example.com/paper.safetensors" in shown["LoRA"].replace("\\", "")
    assert shown["Time"] == f"{round((job['completed_at'] - job['created_at']) / 1000, 1):g} s"
    back_at = (job["created_at"] + 86_400_000) // 1000
    assert shown["Quota"] == f"2 images used · 18 of 20 left · next back <t:{back_at}:R>"
    assert [button.label for button in message.buttons] == [
        "Again", "Variations", "Edit", "Details", "Save preset", "Report", "Delete",
    ]  # fmt: skip
    assert message.content == ""
    assert len(await world.predictions()) == 1


async def test_what_nobody_chose_is_shown_as_the_default(bot: Bot, imagine: Imagine) -> None:
    await bot.start(webhooks=True)
    shown = fields(await imagine())
    assert shown["Steps"] == "28 (default)"
    assert shown["Guidance"] == "3.5 (default)"
    assert "LoRA" not in shown


async def test_a_job_of_three_seconds_is_edited_a_few_times_and_last_with_the_result(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(duration_s=3.0)
    await bot.start(webhooks=True)
    message = await imagine()
    await bot.wait_for_job("delivered")
    await bot.stop()  # what was still to be said is said by now
    payloads = await edits_of(world, message)
    assert 2 <= len(payloads) <= 4
    assert [names_files(payload) for payload in payloads] == [False] * (len(payloads) - 1) + [True]
    assert (await world.message(message)).edits == len(payloads)


async def test_progress_shows_what_happens_and_can_be_cancelled(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda message: title(message) == "Generating")
    assert description(message)[0] in "▱▰"
    assert re.search(r"of about 20 s · ready in about \d\d s", description(message))
    assert fields(message) == {"Prompt": "a fox"}
    assert [button.label for button in message.buttons] == ["Cancel"]


async def test_who_waits_in_the_queue_sees_their_place(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ben: User, olga: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    first = await imagine(user=mara, until=lambda message: title(message) == "Generating")
    second = await imagine(user=ben, until=lambda message: message.edits > 0)
    third = await imagine(user=olga, until=lambda message: message.edits > 0)
    assert title(second) == title(third) == "Queued"
    assert description(second) == "You are next · ready in about 40 s"
    assert description(third) == "1 ahead of you · ready in about 60 s"
    await world.set_eachlabs(hold=False)
    for user, message in ((mara, first), (ben, second), (olga, third)):
        await world.wait_for_message(
            await world.channel("art"),
            user,
            lambda seen, message=message: seen.id == message.id and shows_images(seen),  # type: ignore[misc]
            PATIENCE,
        )
    stats = await world.image_stats("eachlabs")
    assert [key["max_in_flight"] for key in stats["keys"].values()] == [1]


async def test_a_progress_edit_that_discord_takes_slowly_never_lands_after_the_result(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("discord.edit_followup", "slow", delay_s=1.0)
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: seen.loading)
    await bot.wait_for_job("running")

    async def is_on_its_way() -> bool | None:
        return await world.faults() == [] or None

    await eventually(is_on_its_way)
    await world.set_eachlabs(hold=False)  # it ends meanwhile
    await bot.wait_for_job("delivered")
    await bot.stop()
    payloads = await edits_of(world, message)
    assert [names_files(payload) for payload in payloads] == [False, True]
    assert shows_images(await world.message(message))


async def test_a_progress_edit_that_discord_holds_back_delays_the_result_by_no_more_than_seconds(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_rate_limit("edit_followup", retry_after_s=30)
    await world.set_eachlabs(duration_s=0.7)
    await bot.start(webhooks=True)
    async with asyncio.timeout(25):
        message = await imagine()
    await bot.wait_for_job("delivered")
    assert [names_files(payload) for payload in await edits_of(world, message)] == [True]
