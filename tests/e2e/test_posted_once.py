"""An upload's lost answer, or a death right after it: what is there is looked for, and nothing is posted twice."""

from typing import Any

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, eventually, shows_images, title

QUARTER_S = 15 * 60
NONCE_S = 6 * 60  # Discord knows a nonce for less than this


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repetitions without the pauses that Discord is granted."""
    monkeypatch.setattr("jobs.delivering._PAUSE_FIRST", 0.01)
    monkeypatch.setattr("jobs.delivering._PAUSE_LONGEST", 0.05)
    monkeypatch.setattr("jobs.ending._PAUSE_FIRST", 0.01)
    monkeypatch.setattr("cogs.delivery.notice._PAUSES", (0.01, 0.01))


async def held(bot: Bot, imagine: Imagine, world: SandboxClient, **options: Any) -> Message:
    """The message of a job that the vendor works on until it is let go; a stop cuts at once whatever goes on."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, stop_seconds=0)
    message = await imagine(until=lambda seen: title(seen) == "Generating", **options)
    await bot.wait_for_job("running")
    return message


async def lose_message(world: SandboxClient) -> None:
    """The next message is sent, its answer is lost, and nobody can look what came of it."""
    await world.add_fault("discord.create_message", "lost_answer")
    await world.add_fault("discord.list_messages", "status", status=503, times=100_000)


async def cut(bot: Bot, world: SandboxClient, place: Channel, viewer: User, fits: Any) -> Message:
    """Let go and stop as soon as the message is there; the process that comes later knows of it only from its notes."""
    await world.set_eachlabs(hold=False)
    message = await world.wait_for_message(place, viewer, fits, PATIENCE)
    await bot.stop()
    await world.clear_faults()
    return message


async def creates(world: SandboxClient) -> int:
    """How many messages the bot has tried to send to channels."""
    return sum(request.operation == "create_message" for request in await world.requests())


def is_new(message: Message) -> bool:
    """A result that is a message of its own."""
    return shows_images(message) and message.interaction_id is None


async def test_a_late_result_whose_answer_is_lost_is_found_and_not_sent_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await held(bot, imagine, world)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.add_fault("discord.create_message", "lost_answer")
    await world.say(ben, art, "I talk in between")
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    [result] = [message for message in await world.messages(art) if shows_images(message)]
    assert job["posted_message_id"] == result.id
    assert await creates(world) == 1
    assert result.pinged_ids == (mara.id,)


@pytest.mark.parametrize("private", [False, True])
async def test_a_result_that_a_killed_process_has_sent_is_found_by_the_next(
    *, private: bool, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world, private=private)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await lose_message(world)
    place = await world.dm(mara) if private else art
    posted = await cut(bot, world, place, mara, is_new)
    await world.advance_clock(NONCE_S)  # Discord's own memory does not help any more
    assert [job["status"] for job in await bot.jobs()] == ["delivering"]
    await bot.start(webhooks=True)
    job = await bot.wait_for_job("delivered")
    assert (job["posted_channel_id"], job["posted_message_id"]) == (place.id, posted.id)
    assert [is_new(message) for message in await world.messages(place, mara)].count(True) == 1
    assert await creates(world) == 1
    assert await bot.images_charged() == 1


async def test_another_jobs_result_is_not_mistaken_for_it(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await held(bot, imagine, world)
    await world.set_eachlabs(hold=True)
    await imagine(user=ben, until=lambda seen: title(seen) == "Generating")
    await bot.wait_for_job("running", number=1)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.add_fault("discord.create_message", "disconnect")  # one of the two is never there
    await world.set_eachlabs(hold=False)
    jobs = [await bot.wait_for_job("delivered", number=number) for number in (0, 1)]
    results = [message for message in await world.messages(art) if is_new(message)]
    assert {job["posted_message_id"] for job in jobs} == {message.id for message in results}
    assert len(results) == 2


async def test_what_was_begun_and_never_came_is_sent(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.add_fault("discord.create_message", "disconnect")
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    assert [is_new(message) for message in await world.messages(art, mara)] == [False, True]
    assert await creates(world) == 2


async def test_where_nobody_may_look_discord_knows_the_repetition_by_its_nonce(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.set_permissions(art, deny=["read_message_history"])
    await world.add_fault("discord.create_message", "lost_answer")
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    [result] = [message for message in await world.messages(art, mara) if is_new(message)]
    assert job["posted_message_id"] == result.id
    assert await creates(world) == 2


async def test_a_result_that_a_killed_process_has_shown_in_its_response_is_not_posted_again_after_the_token(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    response = await held(bot, imagine, world)
    await world.add_fault("discord.edit_followup", "lost_answer", times=100_000)
    await cut(bot, world, art, mara, lambda seen: seen.id == response.id and shows_images(seen))
    await world.advance_clock(QUARTER_S + 1)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await bot.start(webhooks=True)
    job = await bot.wait_for_job("delivered")
    assert job["posted_message_id"] == response.id
    assert [shows_images(message) for message in await world.messages(art, mara)] == [True]
    assert await creates(world) == 0


async def test_a_private_result_that_may_have_been_shown_is_kept_once_nobody_can_look_any_more(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    response = await held(bot, imagine, world, private=True)
    await world.add_fault("discord.edit_followup", "lost_answer", times=100_000)
    await cut(bot, world, art, mara, lambda seen: seen.id == response.id and shows_images(seen))
    await world.advance_clock(QUARTER_S + 1)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await bot.start(webhooks=True)
    await bot.wait_for_job("undelivered")
    assert await world.messages(await world.dm(mara), mara) == []
    assert await creates(world) == 0
    assert await bot.images_charged() == 1


async def test_a_private_result_whose_notes_are_complete_is_known_to_be_there(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User
) -> None:
    await held(bot, imagine, world, private=True)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    await bot.stop()
    await bot.sql(
        "UPDATE jobs SET status = 'delivering', finished_at = NULL, told_at = NULL, posted_channel_id = NULL,"
        " posted_message_id = NULL, reply_expires_at = 0"
    )
    await world.advance_clock(QUARTER_S + 1)
    await bot.start(webhooks=True)
    again = await bot.wait_for_job("delivered")
    assert again["posted_message_id"] == job["posted_message_id"]
    assert await world.messages(await world.dm(mara), mara) == []


@pytest.mark.parametrize("killed", [False, True])
async def test_the_notice_that_a_result_is_ready_comes_once(
    *, killed: bool, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    def is_notice(message: Message) -> bool:
        return "your image is ready" in message.content

    await held(bot, imagine, world)
    await bot.sql("UPDATE jobs SET created_at = created_at - 61000")
    if killed:
        await lose_message(world)
        await cut(bot, world, art, mara, is_notice)
        await world.advance_clock(NONCE_S)
        await bot.start(webhooks=True)
    else:
        await world.add_fault("discord.create_message", "lost_answer")
        await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    notices = [message for message in await world.messages(art, mara) if is_notice(message)]
    assert [notice.pinged_ids for notice in notices] == [(mara.id,)]

    async def is_noted() -> bool | None:
        return await bot.sql("SELECT part, message_id FROM posts") == [noted] or None

    noted = {"part": "ready", "message_id": notices[0].id}
    assert await eventually(is_noted)


async def test_a_private_notice_is_not_said_again_after_a_doubt(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world, private=True)
    await bot.sql("UPDATE jobs SET created_at = created_at - 61000")
    await world.add_fault("discord.create_followup", "lost_answer")
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    notices = [message for message in await world.messages(art, mara) if "ready" in message.content]
    assert len(notices) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_a_failure_that_a_killed_process_has_told_is_not_told_again(
    *, late: bool, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    def tells(message: Message) -> bool:
        return title(message) == "No image this time"

    await world.add_fault("eachlabs.result", "failed", body="out of memory")
    await held(bot, imagine, world)
    if late:
        await bot.sql("UPDATE jobs SET reply_expires_at = 0")
        await lose_message(world)
    else:
        await world.add_fault("discord.edit_followup", "lost_answer", times=100_000)
    await cut(bot, world, art, mara, tells)
    assert [(job["status"], job["told_at"]) for job in await bot.jobs()] == [("failed", None)]
    await world.advance_clock(NONCE_S)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await bot.start(webhooks=True)

    async def is_told() -> bool | None:
        return (await bot.jobs())[0]["told_at"] is not None or None

    assert await eventually(is_told)
    assert [tells(message) for message in await world.messages(art, mara)].count(True) == 1
    assert await creates(world) == int(late)
    assert await bot.images_charged() == 0
