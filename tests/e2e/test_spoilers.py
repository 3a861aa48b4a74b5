"""Results in age-restricted channels are covered where an admin says so, and everything goes on working with them."""

import pytest

from jobs.servers.rules import ContentRules, ServerRules
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.histories import all_delivered, history, opened
from tests.e2e.presses import Hands
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, fields, is_settled, shows_images, title

COVERED = ServerRules(content=ContentRules(spoiler=True))


def is_covered(message: Message) -> bool:
    """Whether each of its images is; no mixture."""
    images = [each.filename.startswith("SPOILER_fluxcord-") for each in message.attachments if each.width]
    assert images
    assert len(set(images)) == 1
    return images[0]


async def start(bot: Bot, place: Channel, rules: ServerRules = COVERED) -> None:
    assert place.guild_id is not None
    await bot.decide(place.guild_id, rules)
    await bot.start(webhooks=True)


@BOTH_ENGINES
async def test_results_are_covered_in_age_restricted_channels_alone(
    bot: Bot, imagine: Imagine, dark: Channel, art: Channel
) -> None:
    await start(bot, dark)
    assert is_covered(await imagine(channel=dark, count=2))
    assert not is_covered(await imagine(channel=art))


async def test_without_an_admins_word_nothing_is_covered(bot: Bot, imagine: Imagine, dark: Channel) -> None:
    await bot.start(webhooks=True)
    assert not is_covered(await imagine(channel=dark))


async def test_what_counted_when_it_was_ordered_counts_when_it_is_posted(
    bot: Bot, world: SandboxClient, dark: Channel, mara: User
) -> None:
    await start(bot, dark)
    await world.set_eachlabs(hold=True)
    await world.command(mara, dark, "imagine", {"prompt": "a fox", "size": "square"})
    await bot.wait_for_job("running")
    await bot.stop()
    await start(bot, dark, ServerRules())
    await world.advance_clock(901)  # too late to edit the response: it is a message of its own
    await world.set_eachlabs(hold=False)
    late = await world.wait_for_message(dark, mara, shows_images, PATIENCE)
    assert late.interaction_id is None
    assert is_covered(late)


async def test_covered_results_are_found_again_posted_again_and_told_about(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, mara: User, ben: User
) -> None:
    await start(bot, dark)
    hands = Hands(world, dark)
    first = await imagine(channel=dark, prompt="a shy fox")
    await bot.wait_for_job("delivered")
    assert is_covered(await hands.press(ben, first, "Again"))
    listed = await hands.answer(await world.command(mara, dark, "history"), mara)
    assert listed.embeds[1]["thumbnail"]["url"]  # found in its message by the name of its file
    opened = await hands.press(mara, listed, next(each.label or "" for each in listed.buttons if each.label != "Next"))
    again = await hands.press(mara, opened, "Post again")
    assert is_covered(again)
    told = await hands.answer(await world.use_message_command(ben, first, "Inspect image"), ben)
    assert "a shy fox" in description(told)
    assert fields(told)["Model"] == "FLUX.1 LoRA"
    details = await hands.answer(await world.use_message_command(ben, first, "Image settings"), ben)
    assert "a shy fox" in description(details)


async def test_a_covered_result_whose_answer_is_lost_is_found_and_not_sent_again(
    bot: Bot, world: SandboxClient, dark: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.delivering._PAUSE_FIRST", 0.01)
    await start(bot, dark)
    await world.set_eachlabs(hold=True)
    await world.command(mara, dark, "imagine", {"prompt": "a fox", "size": "square"})
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.add_fault("discord.create_message", "lost_answer")
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    [result] = [message for message in await world.messages(dark) if shows_images(message)]
    assert job["posted_message_id"] == result.id
    assert is_covered(result)


async def test_a_private_result_is_covered_and_can_be_seen_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, mara: User
) -> None:
    await start(bot, dark)
    assert is_covered(await imagine(channel=dark, private=True))
    await bot.wait_for_job("delivered")
    hands = Hands(world, dark)
    listed = await hands.answer(await world.command(mara, dark, "history"), mara)
    opened = await hands.press(mara, listed, next(each.label or "" for each in listed.buttons))
    assert is_settled(opened)
    assert title(opened) != "Failed"
    assert is_covered(opened)


async def test_what_is_covered_is_posted_again_in_age_restricted_channels_alone_whatever_becomes_of_its_own(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, art: Channel, mara: User
) -> None:
    await start(bot, dark)
    await imagine(channel=dark)
    await all_delivered(bot)
    await world.set_nsfw(dark, nsfw=False)
    shown = await opened(world, art, mara, await history(world, art, mara))
    pressed = await world.press(mara, shown, label="Post again")
    await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == pressed.id and "age-restricted" in description(seen), PATIENCE
    )
    assert not any(shows_images(seen) for seen in await world.messages(art))
