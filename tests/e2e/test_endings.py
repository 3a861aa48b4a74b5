"""How a job's end is told when it is no picture, or fewer pictures than were asked for."""

import asyncio

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, fields, is_settled, shows_images, title

QUARTER_S = 15 * 60


async def failing_later(bot: Bot, imagine: Imagine, world: SandboxClient) -> Message:
    """The message of a job that the vendor will fail as soon as it is let go."""
    await world.set_eachlabs(hold=True)
    await world.add_fault("eachlabs.result", "failed", body="out of memory")
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: title(seen) == "Generating")
    await bot.wait_for_job("running")
    return message


async def test_a_failure_after_the_quarter_of_an_hour_mentions_its_user_and_closes_the_old_message(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    old = await failing_later(bot, imagine, world)
    await world.advance_clock(QUARTER_S + 1)
    await world.set_eachlabs(hold=False)
    new = await world.wait_for_message(art, mara, lambda seen: title(seen) == "No image this time", PATIENCE)
    assert new.id != old.id
    assert new.pinged_ids == (mara.id,)
    closed = await world.wait_for_message(art, mara, lambda seen: seen.id == old.id and not seen.embeds, PATIENCE)
    assert "answered here" in closed.content
    assert closed.buttons == ()


async def test_a_failure_with_every_way_closed_does_not_claim_that_images_exist(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    old = await failing_later(bot, imagine, world)
    await world.advance_clock(QUARTER_S + 1)
    await world.set_permissions(art, deny=["send_messages"])
    await world.set_accepts_dms(mara, accepts=False)
    await world.set_eachlabs(hold=False)
    closed = await world.wait_for_message(art, mara, lambda seen: seen.id == old.id and bool(seen.content), PATIENCE)
    assert closed.content == "No image came of this one; it was given back to the quota."
    assert await bot.images_charged() == 0


async def test_a_failure_is_told_although_discord_has_trouble_for_a_while(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    old = await failing_later(bot, imagine, world)
    for _ in range(2):
        await world.add_fault("discord.edit_followup", "disconnect")
    await world.set_eachlabs(hold=False)
    told = await world.wait_for_message(
        art, mara, lambda seen: seen.id == old.id and title(seen) == "No image this time", PATIENCE
    )
    assert await bot.images_charged() == 0
    assert "given back" in fields(told)["Quota"]


async def test_fewer_images_than_asked_for_are_posted_and_the_rest_is_given_back(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.add_fault("results.image", "status", status=410)
    await bot.start()
    message = await imagine(model="flux-2-lora", count=3)
    assert len(message.attachments) == 2
    assert "1 of 3 could not be fetched: given back to your quota." in description(message)
    assert fields(message)["Quota"].startswith("2 images used · 18 of 20 left")
    await bot.wait_for_job("delivered")
    assert await bot.images_charged() == 2


async def test_what_a_synchronous_api_has_can_no_longer_be_cancelled(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_aimlapi(hold=True)
    await bot.start()
    message = await imagine(model="flux-2-lora", until=lambda seen: title(seen) == "Generating")
    assert [(button.label, button.disabled) for button in message.buttons] == [("Cancel", True)]
    await world.set_aimlapi(hold=False)
    await bot.wait_for_job("delivered")


async def test_a_direct_message_can_be_deleted_by_its_user(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await imagine(private=True, until=lambda seen: title(seen) == "Generating")
    await bot.wait_for_job("running")
    await world.advance_clock(QUARTER_S + 1)
    await world.set_eachlabs(hold=False)
    dm = await world.dm(mara)
    message = await world.wait_for_message(dm, mara, shows_images, PATIENCE)
    await bot.wait_for_job("delivered")
    await world.press(mara, message, label="Delete")
    await world.wait_for_event(
        lambda event: event.kind == "message_deleted" and event.data["message_id"] == str(message.id), PATIENCE
    )


async def test_an_acknowledgement_whose_answer_is_lost_still_becomes_an_image(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await bot.start()
    await world.add_fault("discord.callback", "lost_answer")
    assert shows_images(await imagine(model="flux-2-lora"))
    await bot.wait_for_job("delivered")
    assert await bot.images_charged() == 1


async def test_a_command_during_a_stop_is_answered_and_costs_nothing(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_aimlapi(hold=True)
    await bot.start(stop_seconds=20)
    await imagine(model="flux-2-lora", until=lambda seen: title(seen) == "Generating")
    stopping = asyncio.create_task(bot.stop())
    await asyncio.sleep(0)
    refused = await imagine(until=lambda seen: is_settled(seen) or seen.ephemeral)
    assert "The bot is restarting" in description(refused)
    await world.set_aimlapi(hold=False)
    await stopping
    assert len(await bot.jobs()) == 1
