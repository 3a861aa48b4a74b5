"""In the bot's direct messages: everything that works in a server, with a quota of its own."""

import pytest

from sandbox.client import Channel, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, UNSAFE, Bot, description, is_settled, shows_images, title, whole

QUARTER_S = 15 * 60
DIRECT = 0  # the database's guild_id of what is outside of servers


@pytest.fixture
async def dm(world: SandboxClient, mara: User) -> Channel:
    """The bot's direct messages with Mara."""
    return await world.dm(mara)


async def said(world: SandboxClient, user: User, channel: Channel, command: str) -> Message:
    """What the bot answers to a command."""
    sent = await world.command(user, channel, command)
    return await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE
    )


@BOTH_ENGINES
async def test_images_are_made_and_made_again_also_after_a_restart(
    bot: Bot, imagine: Imagine, world: SandboxClient, dm: Channel, mara: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(channel=dm)
    assert not first.ephemeral
    await bot.stop()
    await bot.start(webhooks=True)
    press = await world.press(mara, first, label="Again")
    again = await world.wait_for_message(
        dm, mara, lambda seen: seen.interaction_id == press.id and shows_images(seen), PATIENCE
    )
    assert [(job["guild_id"], job["channel_id"]) for job in await bot.jobs()] == [(DIRECT, dm.id)] * 2
    await bot.wait_for_job("delivered", number=1)
    press = await world.press(mara, again, label="Delete")
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, PATIENCE)
    assert [message.id for message in await world.messages(dm, mara)] == [first.id]


async def test_help_quota_and_history_answer_there(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, dm: Channel, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=9, quota_images_per_day_direct=5)
    await imagine(channel=dm, prompt="a heron")
    await imagine(channel=art, prompt="a badger", count=2)
    assert "/imagine" in whole(await said(world, mara, dm, "help"))
    assert title(await said(world, mara, dm, "quota")) == "4 images left"
    assert title(await said(world, mara, art, "quota")) == "7 images left"
    directly, in_server = await said(world, mara, dm, "history"), await said(world, mara, art, "history")
    assert "a heron" in whole(directly)
    assert "a badger" not in whole(directly)
    assert "a badger" in whole(in_server)
    assert "a heron" not in whole(in_server)


@BOTH_ENGINES
async def test_the_quota_outside_of_servers_is_one_of_its_own(
    bot: Bot, imagine: Imagine, art: Channel, dm: Channel
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    await imagine(channel=art)
    await imagine(channel=dm)
    refused = await imagine(channel=dm, until=is_settled)
    assert not shows_images(refused)
    assert "quota" in title(refused).lower()
    assert await bot.images_charged() == 2


async def test_an_operator_may_turn_it_off(bot: Bot, imagine: Imagine, art: Channel, dm: Channel) -> None:
    await bot.start(webhooks=True, quota_images_per_day_direct=0)
    refused = await imagine(channel=dm, until=is_settled)
    assert refused.ephemeral
    assert "in servers only" in description(refused)
    assert await bot.jobs() == []
    assert shows_images(await imagine(channel=art))


async def test_the_safety_checker_is_never_off_there(bot: Bot, imagine: Imagine, dark: Channel, dm: Channel) -> None:
    assert dark.guild_id is not None
    await bot.decide(dark.guild_id, UNSAFE)
    await bot.start(webhooks=True, safety_off_guilds=f"{dark.guild_id}")
    refused = await imagine(channel=dm, until=is_settled, safety=False)
    assert "only in servers" in whole(refused)
    assert await bot.jobs() == []
    assert shows_images(await imagine(channel=dark, safety=False))


async def test_a_private_one_is_seen_as_private_there_too(bot: Bot, imagine: Imagine, dm: Channel) -> None:
    await bot.start(webhooks=True)
    assert (await imagine(channel=dm, private=True)).ephemeral


@pytest.mark.parametrize("private", [False, True])
async def test_a_late_result_is_a_message_of_its_own_that_can_be_gone_on_with(
    *, private: bool, bot: Bot, imagine: Imagine, world: SandboxClient, dm: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    old = await imagine(channel=dm, until=lambda seen: title(seen) == "Generating", private=private)
    await bot.wait_for_job("running")
    await world.advance_clock(QUARTER_S + 1)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    (new,) = [seen for seen in await world.messages(dm, mara) if shows_images(seen)]
    assert (job["posted_channel_id"], job["posted_message_id"]) == (dm.id, new.id)
    press = await world.press(mara, new, label="Again")
    await world.wait_for_message(
        dm, mara, lambda seen: seen.interaction_id == press.id and shows_images(seen), PATIENCE
    )
    if not private:
        assert new.pinged_ids == (mara.id,)
        mended = await world.wait_for_message(dm, mara, lambda seen: seen.id == old.id and bool(seen.content), PATIENCE)
        assert f"https://discord.com/channels/@me/{dm.id}/{new.id}" in mended.content


async def test_a_result_that_a_killed_process_has_shown_is_not_shown_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, dm: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot can read its own direct messages, so it sees that the response shows the images."""
    monkeypatch.setattr("jobs.delivering._PAUSE_FIRST", 0.01)
    await bot.start(webhooks=True, stop_seconds=0)
    await world.add_fault("discord.edit_followup", "lost_answer", times=100_000)
    await imagine(channel=dm, until=shows_images)
    await bot.stop()
    await world.clear_faults()
    await world.advance_clock(QUARTER_S + 1)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await bot.start(webhooks=True)
    await bot.wait_for_job("delivered")
    assert sum(shows_images(seen) for seen in await world.messages(dm, mara)) == 1


async def test_how_an_earlier_one_ended_is_told_at_the_next_command_there(
    bot: Bot, imagine: Imagine, world: SandboxClient, dm: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await imagine(channel=dm, until=lambda seen: title(seen) == "Generating", private=True)
    await bot.wait_for_job("running")
    await world.advance_clock(QUARTER_S + 1)
    await world.set_accepts_dms(mara, accepts=False)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("undelivered")
    sent = await world.command(mara, dm, "quota")
    told = await world.wait_for_message(dm, mara, lambda seen: "/history" in whole(seen), PATIENCE)
    assert told.interaction_id == sent.id
