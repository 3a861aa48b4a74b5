"""Again, Delete and Cancel: for whom they work, and what they do once."""

import asyncio

import pytest

from sandbox.client import Channel, Interaction, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, fields, is_settled, shows_images, title

NOT_YOURS = "Only the person who asked for this image, or a moderator, can do that. Ask one of them."


async def answer_to(world: SandboxClient, press: Interaction, channel: Channel, viewer: User) -> Message:
    """What the bot says to a press."""
    return await world.wait_for_message(
        channel, viewer, lambda seen: seen.interaction_id == press.id and is_settled(seen), PATIENCE
    )


async def is_gone(world: SandboxClient, press: Interaction, message: Message) -> bool:
    """Whether a message is deleted after a press."""
    await world.wait_for_interaction(press, timeout_s=PATIENCE)
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, timeout_s=PATIENCE)
    return (await world.message(message)).deleted


async def test_again_makes_the_same_with_a_new_seed_and_charges_who_pressed(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(count=2, steps=30, lora="https://example.com/x.safetensors", lora_scale=1)
    press = await world.press(mara, first, label="Again")
    second = await answer_to(world, press, art, mara)
    assert shows_images(second)
    assert second.id != first.id
    one, other = (prediction["input"] for prediction in await world.predictions())
    assert one.pop("seed") != other.pop("seed")
    assert one == other
    assert fields(first)["Seed"] != fields(second)["Seed"]
    assert await bot.images_charged() == 4
    assert shows_images(await world.message(first))


async def test_again_under_a_private_result_stays_private(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(private=True)
    press = await world.press(mara, first, label="Again")
    second = await answer_to(world, press, art, mara)
    assert shows_images(second)
    assert second.ephemeral
    assert await world.messages(art, ben) == []


async def test_again_pressed_twice_within_three_seconds_makes_one(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    one, other = await asyncio.gather(*(world.press(mara, first, label="Again") for _ in range(2)))
    await bot.wait_for_job("delivered", number=1)
    for press in (one, other):
        await world.wait_for_interaction(
            press, lambda now: now.state in {InteractionState.ANSWERED, InteractionState.DELETED}, PATIENCE
        )
    assert len(await bot.jobs()) == 2
    assert len(await world.predictions()) == 2
    seen = await world.messages(art, ben)
    assert [shows_images(message) for message in seen] == [True, True]


async def test_again_over_the_quota_is_refused(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    first = await imagine()
    press = await world.press(mara, first, label="Again")
    refusal = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == press.id and seen.ephemeral and is_settled(seen), PATIENCE
    )
    assert title(refusal) == "Your quota is used up for now"
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, timeout_s=PATIENCE)
    assert len(await world.messages(art, ben)) == 1


async def test_again_where_the_bot_may_no_longer_post_is_refused_before_anything_is_spent(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await world.set_permissions(art, deny=["attach_files"])
    refusal = await answer_to(world, await world.press(mara, first, label="Again"), art, mara)
    assert refusal.ephemeral
    assert "**Attach Files**" in description(refusal)
    assert len(await bot.jobs()) == 1


async def test_try_again_under_a_failure_makes_a_new_job(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.add_fault("eachlabs.result", "failed")
    await bot.start(webhooks=True)
    failure = await imagine(until=is_settled)
    press = await world.press(mara, failure, label="Try again")
    assert shows_images(await answer_to(world, press, art, mara))
    assert [job["status"] for job in await bot.jobs()] in (["failed", "delivering"], ["failed", "delivered"])


async def test_who_may_not_delete_a_result_is_told_so_in_private(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    message = await imagine()
    said = await answer_to(world, await world.press(ben, message, label="Delete"), art, ben)
    assert description(said) == NOT_YOURS
    assert said.ephemeral
    assert len(await world.messages(art, mara)) == 1
    assert len(await bot.jobs()) == 1
    assert not (await world.message(message)).deleted


async def test_a_moderator_may_press_again_and_pays_it(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, olga: User
) -> None:
    await bot.start(webhooks=True)
    press = await world.press(olga, await imagine(), label="Again")
    assert shows_images(await answer_to(world, press, art, olga))
    charged = await bot.sql("SELECT user_id, SUM(images) AS images FROM ledger GROUP BY user_id")
    assert {row["user_id"]: row["images"] for row in charged}[olga.id] == 1


@pytest.mark.parametrize("who", ["Mara", "Olga"])
async def test_delete_by_its_owner_or_a_moderator_removes_the_message_and_not_the_charge(
    who: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await bot.start(webhooks=True)
    message = await imagine()
    await bot.wait_for_job("delivered")
    press = await world.press(await world.user(who), message, label="Delete")
    assert await is_gone(world, press, message)
    assert await world.messages(art, ben) == []
    assert await bot.images_charged() == 1


@BOTH_ENGINES
@pytest.mark.parametrize("who", ["Mara", "Olga"])
async def test_cancel_stops_a_running_job_at_the_vendor_and_refunds_it(
    who: str, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(count=2, until=lambda seen: seen.edits > 0)
    await bot.wait_for_job("running")
    await world.press(await world.user(who), message, label="Cancel")
    await bot.wait_for_job("cancelled")
    (prediction,) = await world.predictions()
    assert prediction["status"] == "cancelled"
    await bot.stop()
    said = await world.message(message)
    assert title(said) == "Cancelled"
    assert "2 images given back to your quota · 20 of 20 left" in fields(said)["Quota"]
    assert await bot.images_charged() == 0


@BOTH_ENGINES
async def test_cancel_takes_a_queued_job_out_of_the_queue(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ben: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    await imagine(user=ben, until=lambda seen: seen.edits > 0)
    message = await imagine(user=mara, until=lambda seen: title(seen) == "Queued")
    await world.press(mara, message, label="Cancel")
    await bot.wait_for_job("cancelled", number=1)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    await bot.stop()
    assert title(await world.message(message)) == "Cancelled"
    assert len(await world.predictions()) == 1
    assert await bot.images_charged() == 1


async def test_a_stranger_cannot_cancel(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: seen.edits > 0)
    said = await answer_to(world, await world.press(ben, message, label="Cancel"), art, ben)
    assert description(said) == NOT_YOURS
    assert (await bot.wait_for_job("running"))["finished_at"] is None


async def test_a_cancel_that_comes_too_late_is_told_and_the_result_arrives(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: seen.edits > 0)
    job = await bot.wait_for_job("running")
    # The images are here, and Discord takes its time with the result.
    await world.add_fault("discord.edit_followup", "slow", delay_s=1.0)
    await world.finish_prediction(job["prediction_id"])
    await bot.wait_for_job("delivering")
    said = await answer_to(world, await world.press(mara, message, label="Cancel"), art, mara)
    assert said.ephemeral
    assert "too late to cancel" in description(said)
    await bot.wait_for_job("delivered")
    assert shows_images(await world.message(message))
    assert await bot.images_charged() == 1
