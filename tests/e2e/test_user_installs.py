"""Where a user takes the bot along, and the bot itself is not: it answers through the interaction alone."""

from typing import Any

import pytest

from sandbox.client import Channel, InteractionState, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, UNSAFE, Bot, description, is_settled, shows_images, title

QUARTER_S = 15 * 60
DIRECT = 0  # the database's guild_id of what is outside of servers
ABROAD = {"create_message", "edit_message", "get_message", "list_messages", "delete_message"}


@pytest.fixture
async def lounge(world: SandboxClient, mara: User, ben: User, olga: User) -> Channel:
    """A channel of a server without the bot; Mara takes it along."""
    await world.set_installed(mara)
    guild = await world.add_guild("Elsewhere", await world.user("Otto"), with_bot=False)
    await world.join(guild, mara)
    await world.join(guild, ben)
    await world.join(guild, olga, ["manage_messages"])
    return await world.add_channel(guild, "lounge")


async def held(bot: Bot, imagine: Imagine, world: SandboxClient, place: Channel, **options: Any) -> Message:
    """The message of a job that the vendor works on until it is let go."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(channel=place, until=lambda seen: title(seen) == "Generating", **options)
    await bot.wait_for_job("running")
    return message


async def answer(world: SandboxClient, user: User, message: Message, label: str, place: Channel) -> Message:
    """What the bot answers to a press."""
    press = await world.press(user, message, label=label)
    return await world.wait_for_message(
        place, user, lambda seen: seen.interaction_id == press.id and is_settled(seen), PATIENCE
    )


@BOTH_ENGINES
async def test_images_are_made_in_a_server_without_the_bot(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(channel=lounge)
    assert await world.messages(lounge, ben) == [first]  # everybody there sees it
    again = await answer(world, mara, first, "Again", lounge)
    assert shows_images(again)
    assert [(job["guild_id"], job["channel_id"]) for job in await bot.jobs()] == [(DIRECT, lounge.id)] * 2
    assert not ABROAD & {request.operation for request in await world.requests()}


async def test_its_user_and_the_moderators_there_may_delete_it_and_others_may_not(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    for number, may in enumerate((mara, olga)):
        message = await imagine(channel=lounge)
        await bot.wait_for_job("delivered", number=number)
        assert (await answer(world, ben, message, "Delete", lounge)).ephemeral
        press = await world.press(may, message, label="Delete")
        await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, PATIENCE)
        assert (await world.message(message)).deleted


async def test_people_among_themselves_get_images_too(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User, ben: User
) -> None:
    await world.set_installed(mara)
    await bot.start(webhooks=True)
    between = await world.conversation(mara, ben)
    message = await imagine(channel=between)
    assert await world.messages(between, ben) == [message]


async def test_every_place_outside_of_servers_counts_to_one_quota(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day_direct=3)
    for place in (lounge, await world.conversation(mara, ben), await world.dm(mara)):
        await imagine(channel=place)
    refused = await imagine(channel=lounge, until=is_settled)
    assert refused.ephemeral
    assert "quota" in title(refused).lower()
    assert len(await bot.jobs()) == 3


async def test_the_safety_checker_stays_on_even_in_a_server_that_allows_it_off(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel
) -> None:
    await world.set_nsfw(lounge, nsfw=True)
    assert lounge.guild_id is not None
    await bot.decide(lounge.guild_id, UNSAFE)
    await bot.start(webhooks=True, safety_off_guilds=f"{lounge.guild_id}")
    refused = await imagine(channel=lounge, until=is_settled, safety=False)
    assert not shows_images(refused)
    assert await bot.jobs() == []


async def test_where_a_server_keeps_external_apps_quiet_its_user_alone_sees_everything(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User, ben: User
) -> None:
    await world.set_permissions(lounge, deny=["use_external_apps"], user=mara)
    await bot.start(webhooks=True)
    message = await imagine(channel=lounge)
    assert message.ephemeral
    assert await world.messages(lounge, ben) == []


async def test_where_nothing_can_be_attached_it_says_so_before_anything_is_made(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User
) -> None:
    await world.set_permissions(lounge, deny=["attach_files"], user=mara)
    await bot.start(webhooks=True)
    refused = await imagine(channel=lounge, until=is_settled)
    assert "**Attach Files**" in description(refused)
    assert await bot.jobs() == []


async def test_four_large_images_come_within_the_five_follow_ups_of_discord(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=140_000)
    await bot.start(webhooks=True)
    await imagine(channel=lounge, count=4, size="square_hd", format="png")
    await bot.wait_for_job("delivered")
    shown = [seen for seen in await world.messages(lounge, mara) if shows_images(seen)]
    assert len(shown) > 1
    assert sum(len(seen.attachments) for seen in shown) == 4


async def test_a_late_result_goes_to_its_user_directly_and_can_be_gone_on_with(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User
) -> None:
    await held(bot, imagine, world, lounge)
    await world.advance_clock(QUARTER_S + 1)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    dm = await world.dm(mara)
    (message,) = await world.messages(dm, mara)
    assert shows_images(message)
    assert message.content == "The answer to your command cannot be edited any more, so here it is."
    assert job["posted_message_id"] == message.id
    assert shows_images(await answer(world, mara, message, "Again", dm))
    assert await bot.images_charged() == 2


async def test_with_direct_messages_closed_a_late_result_is_kept_and_shown_at_the_next_command(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User
) -> None:
    await held(bot, imagine, world, lounge)
    await world.advance_clock(QUARTER_S + 1)
    await world.set_accepts_dms(mara, accepts=False)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("undelivered")
    sent = await world.command(mara, lounge, "history")
    history = await world.wait_for_message(
        lounge, mara, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE
    )
    (show,) = [button.label for button in history.buttons if (button.custom_id or "").startswith("fluxcord:show:")]
    assert show is not None
    shown = await answer(world, mara, history, show, lounge)
    assert (shows_images(shown), shown.ephemeral) == (True, True)
    await bot.wait_for_job("delivered")


async def test_what_may_stand_where_the_bot_cannot_look_is_kept_and_not_sent_twice(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.delivering._PAUSE_FIRST", 0.01)
    await bot.start(webhooks=True, stop_seconds=0)
    await world.add_fault("discord.edit_followup", "lost_answer", times=100_000)
    await imagine(channel=lounge, until=shows_images)
    await bot.stop()
    await world.clear_faults()
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await bot.start(webhooks=True)
    await bot.wait_for_job("undelivered")
    assert await world.messages(await world.dm(mara), mara) == []


async def test_a_job_that_took_long_is_told_to_be_ready_there(
    bot: Bot, imagine: Imagine, world: SandboxClient, lounge: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cogs.delivery.notice.LONG", 0)
    await bot.start(webhooks=True)
    result = await imagine(channel=lounge)
    ready = await world.wait_for_message(lounge, mara, lambda seen: "is ready" in seen.content, PATIENCE)
    assert ready.interaction_id == result.interaction_id
