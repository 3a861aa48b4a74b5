"""The quota: never overdrawn, given back when nothing was made, and back by itself after a day."""

import asyncio

from sandbox.client import Channel, Interaction, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, DAY_MS, PATIENCE, Bot, description, fields, is_settled, shows_images, title


async def settled(world: SandboxClient, sent: Interaction, channel: Channel, user: User) -> Message:
    """What a command has come to."""
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE
    )


async def shown_quota(world: SandboxClient, user: User, channel: Channel) -> Message:
    """What `/quota` says."""
    interaction = await world.command(user, channel, "quota")
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == interaction.id and bool(seen.embeds), PATIENCE
    )


async def test_over_the_quota_nothing_public_remains_and_the_user_alone_is_told(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=3)
    await imagine(count=2)
    interaction = await world.command(mara, art, "imagine", {"prompt": "another fox", "count": 2})
    refusal = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == interaction.id and is_settled(seen) and seen.ephemeral, PATIENCE
    )
    assert title(refusal) == "Not enough quota left"
    assert "You asked for 2 images and have 1 of 3 left." in description(refusal)
    assert "Ask for at most 1 image now, or for 2 <t:" in description(refusal)
    settled = await world.wait_for_interaction(
        interaction, lambda now: now.state is InteractionState.DELETED, timeout_s=PATIENCE
    )
    assert settled.original_message_id is not None
    assert (await world.message(settled.original_message_id)).deleted
    assert len(await world.messages(art, ben)) == 1
    assert len(await world.predictions()) == 1
    assert await bot.images_charged() == 2


async def test_a_private_command_over_the_quota_is_refused_in_its_own_answer(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    refusal = await imagine(count=2, private=True, until=is_settled)
    assert refusal.ephemeral
    assert "The most in any 24 hours here is 1 image.\nAsk for at most 1 image now." in description(refusal)
    assert await world.messages(art, ben) == []


@BOTH_ENGINES
async def test_five_simultaneous_commands_against_a_quota_of_one_make_one_image(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    sent = await asyncio.gather(*(world.command(mara, art, "imagine", {"prompt": "a fox"}) for _ in range(5)))
    for one in sent:
        await settled(world, one, art, mara)
    mine = await world.messages(art, mara)
    assert sum(shows_images(message) for message in mine) == 1
    assert sum(title(message) == "Your quota is used up for now" for message in mine) == 4
    assert len(await world.predictions()) == 1
    assert len(await bot.jobs()) == 1
    assert await bot.images_charged() == 1


async def test_a_failure_gives_everything_back(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.add_fault("eachlabs.result", "failed", body="The LoRA could not be loaded.")
    await bot.start(webhooks=True, quota_images_per_day=5)
    failure = await imagine(count=4, until=is_settled)
    assert title(failure) == "No image this time"
    assert fields(failure)["Quota"] == "4 images given back to your quota · 5 of 5 left"
    assert await bot.images_charged() == 0
    assert title(await shown_quota(world, mara, art)) == "5 images left"


@BOTH_ENGINES
async def test_a_cancelled_job_gives_everything_back(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, quota_images_per_day=5)
    message = await imagine(count=3, until=lambda seen: seen.edits > 0)
    assert title(await shown_quota(world, mara, art)) == "2 images left"
    await world.press(mara, message, label="Cancel")
    await bot.wait_for_job("cancelled")
    assert title(await shown_quota(world, mara, art)) == "5 images left"
    assert await bot.images_charged() == 0


async def test_quota_is_told_to_its_user_alone(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=4)
    empty = await shown_quota(world, ben, art)
    assert title(empty) == "4 images left"
    assert "Nothing used" in description(empty)
    await imagine()
    mine = await shown_quota(world, mara, art)
    assert mine.ephemeral
    assert title(mine) == "3 images left"
    assert "**1** of **4** images used in the last 24 hours" in description(mine)
    (job,) = await bot.jobs()
    assert f"<t:{(job['created_at'] + DAY_MS) // 1000}:R>" in description(mine)


async def test_quota_is_counted_by_server(bot: Bot, imagine: Imagine, world: SandboxClient, mara: User) -> None:
    elsewhere = await world.add_guild("Elsewhere", mara)
    there = await world.add_channel(elsewhere, "paint")
    await bot.start(webhooks=True, quota_images_per_day=1)
    await imagine()
    assert shows_images(await imagine(channel=there))
    assert await bot.images_charged() == 2


@BOTH_ENGINES
async def test_images_come_back_when_24_hours_have_passed(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    await imagine()
    assert title(await imagine(until=lambda seen: seen.ephemeral)) == "Your quota is used up for now"
    # The ledger keeps its past, so the past has to be made by force.
    await bot.age_ledger(DAY_MS)
    assert title(await shown_quota(world, mara, art)) == "1 image left"
    assert shows_images(await imagine())
