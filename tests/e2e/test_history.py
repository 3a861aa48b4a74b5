"""`/history`, and what could be posted nowhere: kept, told at the next command, handed over when it is asked for."""

import asyncio
import shutil
from typing import Any

import pytest

from sandbox.client import Channel, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.histories import answer, entries, history, labels, pictures
from tests.e2e.support import PATIENCE, Bot, description, eventually, shows_images, title


async def keep(bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, user: User, **options: Any) -> str:
    """Let a job end with every way closed, then open the channel again; returns its id."""
    await world.set_eachlabs(hold=True)
    number = len(await bot.jobs()) if (bot.folder / "bot.db").exists() else 0
    if not number:
        await bot.start(webhooks=True)
    await imagine(user=user, until=lambda seen: title(seen) == "Generating", **options)
    await bot.wait_for_job("running", number=number)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0 WHERE status = 'running'")
    await world.set_permissions(art, deny=["send_messages"])
    await world.set_accepts_dms(user, accepts=False)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("undelivered", number=number)
    await world.set_permissions(art)
    return str(job["id"])


async def reminders(world: SandboxClient, channel: Channel, user: User) -> list[str]:
    """What a user was told of earlier jobs."""
    return [description(each) for each in await world.messages(channel, user) if "earlier one" in title(each)]


async def test_an_empty_history_says_how_to_begin(bot: Bot, world: SandboxClient, art: Channel, mara: User) -> None:
    await bot.start()
    shown = await history(world, art, mara)
    assert shown.ephemeral
    assert "Start with `/imagine`" in description(shown)


async def test_a_history_shows_ones_own_results_with_pictures_and_links(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    """Not what failed, which was told when it did."""
    await bot.start(webhooks=True)
    result = await imagine(prompt="a *fox*", count=2)
    await imagine(prompt="a hidden hare", private=True)
    await imagine(user=ben, prompt="a bear")
    await world.add_fault("eachlabs.result", "failed", body="out of memory")
    await imagine(prompt="an owl", until=lambda seen: title(seen) == "No image this time")
    await bot.wait_for_job("delivered", number=1)
    shown = await history(world, art, mara)
    assert title(shown) == "Your images"
    lines = entries(shown)
    assert [line.split(" · ")[0] for line, _ in lines] == [
        "**1.** Shown to you",
        f"**2.** [Posted](https://discord.com/channels/{art.guild_id}/{art.id}/{result.id})",
    ]
    assert [glimpse for _, glimpse in lines] == ["-# a hidden hare", "-# a \\*fox\\*"]
    assert "FLUX.1 LoRA · 2 images · <t:" in lines[1][0]
    private, public = pictures(shown)
    assert public == result.attachments[0].url
    assert shown.ephemeral
    [small] = shown.attachments
    assert (small.url, small.width, small.in_embed) == (private, 240, True)
    assert labels(shown) == ["Open 1", "Open 2"]
    assert not any("Your images" in title(seen) for seen in await world.messages(art, ben))


async def test_what_is_kept_is_told_once_at_the_next_command_and_shown_by_a_button(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    job_id = await keep(bot, imagine, world, art, mara, count=2)
    quota = await world.command(mara, art, "quota")
    told = await answer(world, art, mara, quota, "earlier one")
    assert told.ephemeral
    assert "2 images of yours are kept, since they could be posted nowhere: `/history` shows them." in description(told)
    assert (await world.interaction(quota)).follow_up_ids == (told.id,)  # after the command's own answer
    await answer(world, art, mara, await world.command(mara, art, "help"))
    await bot.stop()
    await bot.start(webhooks=True)
    shown = await history(world, art, mara)
    assert entries(shown)[0][0].startswith("**1.** **Kept for you** · FLUX.1 LoRA · 2 images")
    assert "Press Show" in description(shown)
    assert labels(shown) == ["Show 1"]
    handed = await world.press(mara, shown, label="Show 1")
    images = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == handed.id and shows_images(seen), PATIENCE
    )
    assert images.ephemeral
    assert len(images.attachments) == 2
    job = await bot.wait_for_job("delivered")
    assert job["posted_message_id"] == images.id
    assert (bot.folder / "results" / job_id).exists()  # nobody can read that message again
    assert await bot.images_charged() == 2
    assert len(await reminders(world, art, mara)) == 1

    async def is_told() -> bool | None:  # while the first press is not quite over: that they are on their way
        again = await world.press(mara, shown, label="Show 1")
        return "seen these images already" in description(await answer(world, art, mara, again)) or None

    assert await eventually(is_told)
    assert not any(shows_images(seen) for seen in await world.messages(art, ben))


async def test_a_reminder_never_becomes_the_public_answer_of_a_command(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await keep(bot, imagine, world, art, mara)
    sent = await world.command(mara, art, "imagine", {"prompt": "an owl", "size": "square"})
    await answer(world, art, mara, sent, "earlier one")
    await world.wait_for_message(art, ben, lambda seen: seen.interaction_id == sent.id and shows_images(seen), PATIENCE)
    assert await reminders(world, art, ben) == []
    assert len(await reminders(world, art, mara)) == 1


async def test_a_history_that_shows_what_is_kept_needs_no_reminder(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await keep(bot, imagine, world, art, mara)
    await history(world, art, mara)
    [job] = await eventually(lambda: _told(bot))
    assert job["status"] == "undelivered"
    await answer(world, art, mara, await world.command(mara, art, "quota"))
    await bot.stop()  # whatever was still to be said has been said now
    assert await reminders(world, art, mara) == []


async def test_only_their_user_is_shown_kept_images(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    job_id = await keep(bot, imagine, world, art, mara)
    shown = await history(world, art, mara)
    await keep(bot, imagine, world, art, ben)
    bens = await history(world, art, ben)
    forged = next(button for button in shown.buttons if button.custom_id and job_id in button.custom_id)
    assert forged.custom_id not in {button.custom_id for button in bens.buttons}
    await bot.sql("UPDATE jobs SET user_id = ? WHERE id = ?", ben.id, job_id)  # as if the button were another's
    pressed = await world.press(mara, shown, label="Show 1")
    assert "Only the person" in description(await answer(world, art, mara, pressed))


async def test_pressing_twice_at_once_shows_the_images_once(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await keep(bot, imagine, world, art, mara)
    shown = await history(world, art, mara)
    pressed = await asyncio.gather(*(world.press(mara, shown, label="Show 1") for _ in range(2)))
    answers = [await answer(world, art, mara, each) for each in pressed]
    assert sorted(shows_images(each) for each in answers) == [False, True]
    await bot.wait_for_job("delivered")


async def test_discords_trouble_leaves_kept_images_kept(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    job_id = await keep(bot, imagine, world, art, mara)
    shown = await history(world, art, mara)
    await world.add_fault("discord.edit_original", "disconnect")
    pressed = await world.press(mara, shown, label="Show 1")
    assert "press Show again" in description(await answer(world, art, mara, pressed))
    assert (bot.folder / "results" / job_id).exists()
    pressed = await world.press(mara, shown, label="Show 1")
    await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == pressed.id and shows_images(seen), PATIENCE
    )
    await bot.wait_for_job("delivered")


@pytest.mark.parametrize("by", ["the retention", "hand"])
async def test_what_is_no_longer_kept_is_said_to_be_gone(
    by: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    job_id = await keep(bot, imagine, world, art, mara)
    shown = await history(world, art, mara)
    await asyncio.to_thread(shutil.rmtree, bot.folder / "results" / job_id)
    if by == "the retention":
        await bot.sql("UPDATE jobs SET removed_at = 1")
    pressed = await world.press(mara, shown, label="Show 1")
    assert "no longer kept" in description(await answer(world, art, mara, pressed))
    if by == "the retention":
        later = await history(world, art, mara)
        assert "Nothing of yours here yet" in description(later)
        assert later.buttons == ()


async def test_kept_images_too_large_for_one_message_come_in_several(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await keep(bot, imagine, world, art, mara, count=3, size="square_hd", format="png")
    await world.set_discord(attachment_size_limit=140_000)
    pressed = await world.press(mara, await history(world, art, mara), label="Show 1")
    await bot.wait_for_job("delivered")
    shown = [each for each in await world.messages(art, mara) if each.interaction_id == pressed.id]
    assert [len(each.attachments) for each in shown] == [1, 1, 1]
    assert all(each.ephemeral for each in shown)


async def test_a_failure_that_found_no_way_is_told_at_the_next_command_with_its_reason(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await world.add_fault("eachlabs.result", "failed", body="out of memory")
    await bot.start(webhooks=True)
    await imagine(until=lambda seen: title(seen) == "Generating")
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.set_permissions(art, deny=["send_messages"])
    await world.set_accepts_dms(mara, accepts=False)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("failed")
    await eventually(lambda: _closed(world, art, mara))
    assert (await bot.jobs())[0]["told_at"] is None
    told = await answer(world, art, mara, await world.command(mara, art, "quota"), "earlier one")
    assert "No image this time: The image service could not make this image" in description(told)
    assert "It was given back to your quota." in description(told)
    await eventually(lambda: _told(bot))


async def _told(bot: Bot) -> list[dict[str, Any]] | None:
    jobs = await bot.jobs()
    return jobs if all(job["told_at"] for job in jobs) else None


async def _closed(world: SandboxClient, channel: Channel, user: User) -> bool | None:
    return any("No image came" in seen.content for seen in await world.messages(channel, user)) or None
