"""`/queue`, its Cancel buttons, and the bound on what may wait."""

import asyncio
from functools import partial

from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, eventually, is_settled, shows_images, title


async def shown(world: SandboxClient, user: User, channel: Channel) -> Message:
    """What `/queue` says."""
    interaction = await world.command(user, channel, "queue")
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == interaction.id and is_settled(seen), PATIENCE
    )


async def changed(world: SandboxClient, message: Message, words: str, channel: Channel, user: User) -> Message:
    """The message once it says something."""
    return await world.wait_for_message(
        channel, user, lambda seen: seen.id == message.id and words in description(seen), PATIENCE
    )


async def jobs_are(bot: Bot, *expected: str) -> None:
    """Waits until the jobs, oldest first, are in these states."""

    async def fit() -> bool | None:
        return [job["status"] for job in await bot.jobs()] == list(expected) or None

    await eventually(fit)


async def queued(bot: Bot, world: SandboxClient, user: User, channel: Channel, orders: int, **options: object) -> None:
    """So many orders, each accepted before the next one is given."""
    before = len(await bot.jobs())
    for number in range(1, orders + 1):
        typed = {"prompt": f"fox number {number}", "size": "square", **options}
        await world.command(user, channel, "imagine", typed)
        await eventually(partial(_has_jobs, bot, before + number))


def _answers(sent: Interaction, seen: Message) -> bool:
    return seen.interaction_id == sent.id and not seen.loading


async def _has_jobs(bot: Bot, count: int) -> bool | None:
    return len(await bot.jobs()) == count or None


async def test_who_has_nothing_waiting_is_told_how_to_begin(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    said = await shown(world, mara, art)
    assert said.ephemeral
    assert description(said) == "Nothing of yours is waiting or being made here. Start with `/imagine`."
    assert [button.label for button in said.buttons] == ["Refresh"]


async def test_ones_own_jobs_are_shown_with_place_and_expected_time_and_nobody_elses(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    await queued(bot, world, mara, art, 2, count=2)
    await queued(bot, world, ben, art, 1)
    await jobs_are(bot, "running", "queued", "queued")
    first, second = description(await shown(world, mara, art)).split("**2.** ")
    assert first.startswith("**1.** **Being made** · ready in about ")
    assert "2 images · FLUX.1 LoRA" in first
    assert "fox number 1" in first
    assert second.startswith("**Waiting**: 1 ahead · ready in about ")
    his = description(await shown(world, ben, art))
    assert "fox number 2" not in his
    assert his.startswith("**1.** **Next in the queue** · ready in about ")  # who has less is next


@BOTH_ENGINES
async def test_cancel_stops_what_is_being_made_upstream_gives_it_back_and_shows_what_is_left(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    await queued(bot, world, mara, art, 2)
    await jobs_are(bot, "running", "queued")
    said = await shown(world, mara, art)
    await world.press(mara, said, label="Cancel 2")
    await jobs_are(bot, "running", "cancelled")
    said = await world.wait_for_message(
        art, mara, lambda seen: seen.id == said.id and "fox number 2" not in description(seen), PATIENCE
    )
    await world.press(mara, said, label="Cancel 1")
    await jobs_are(bot, "cancelled", "cancelled")
    [prediction] = await world.predictions()
    assert prediction["status"] == "cancelled"
    assert await bot.images_charged() == 0
    await world.press(mara, await world.message(said), label="Refresh")
    await changed(world, said, "Nothing of yours", art, mara)


async def test_the_buttons_work_after_a_restart_and_know_what_is_over(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    await queued(bot, world, mara, art, 2)
    await jobs_are(bot, "running", "queued")
    one, other = await shown(world, mara, art), await shown(world, mara, art)
    await bot.stop()
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    await world.press(mara, one, label="Cancel 2")
    await jobs_are(bot, "running", "cancelled")
    await world.press(mara, other, label="Cancel 2")
    await world.wait_for_message(
        art, mara, lambda seen: description(seen) == "That one is over already." and seen.ephemeral, PATIENCE
    )


async def test_a_synchronous_job_that_was_sent_cannot_be_cancelled(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_aimlapi(hold=True)
    await bot.start()
    await queued(bot, world, mara, art, 1, model="flux-2-lora")
    await jobs_are(bot, "submitting")
    said = await shown(world, mara, art)
    assert [button.disabled for button in said.buttons if button.label == "Cancel 1"] == [True]
    await world.set_aimlapi(hold=False)


async def test_more_than_ten_are_shown_page_by_page(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=2, waiting_jobs_per_user=20)
    await queued(bot, world, mara, art, 12)
    await jobs_are(bot, *["running"] * 2, *["queued"] * 10)
    said = await shown(world, mara, art)
    assert "Page 1 of 2" in said.embeds[0]["footer"]["text"]
    assert [button.label for button in said.buttons if not button.disabled][-2:] == ["Later", "Refresh"]
    assert len([button for button in said.buttons if (button.label or "").startswith("Cancel")]) == 10
    await world.press(mara, said, label="Later")
    said = await changed(world, said, "**12.** ", art, mara)
    assert "**10.** " not in description(said)
    await world.press(mara, said, label="Earlier")
    await changed(world, said, "**10.** ", art, mara)


@BOTH_ENGINES
async def test_one_job_more_than_may_wait_is_refused_and_says_what_to_do(
    bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User, imagine: Imagine
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1, waiting_jobs_per_user=2)
    await queued(bot, world, mara, art, 1)
    await jobs_are(bot, "running")
    sent = await asyncio.gather(*(world.command(mara, art, "imagine", {"prompt": "a fox"}) for _ in range(5)))
    for one in sent:
        await world.wait_for_message(art, mara, partial(_answers, one), PATIENCE)
    refusals = [seen for seen in await world.messages(art, mara) if title(seen) == "Too many are waiting"]
    assert len(refusals) == 3
    assert refusals[0].ephemeral
    assert "**2** jobs of yours are waiting here, and at most **2** may wait at once." in description(refusals[0])
    assert "`/queue`" in description(refusals[0])
    await jobs_are(bot, "running", "queued", "queued")
    assert await bot.images_charged() == 3
    # Others are not held up by it, and cancelling makes room.
    await world.command(ben, art, "imagine", {"prompt": "a fox"})
    await jobs_are(bot, "running", "queued", "queued", "queued")
    await world.press(mara, await shown(world, mara, art), label="Cancel 2")
    await bot.wait_for_job("cancelled", number=1)
    await world.set_eachlabs(hold=False)
    assert shows_images(await imagine())
