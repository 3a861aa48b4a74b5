"""Places that close and people who leave while a job runs: the next way is taken, or the result is kept; once."""

from collections.abc import Awaitable, Callable

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, eventually, shows_images, title

Close = Callable[[SandboxClient, Channel, User], Awaitable[None]]


async def held(bot: Bot, imagine: Imagine, world: SandboxClient, place: Channel, **options: bool) -> Message:
    """The message of a job that the vendor works on until it is let go."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(channel=place, until=lambda seen: title(seen) == "Generating", **options)
    await bot.wait_for_job("running")
    return message


async def archived(world: SandboxClient, thread: Channel, _user: User) -> None:
    await world.set_thread(thread, archived=True)


async def locked(world: SandboxClient, thread: Channel, _user: User) -> None:
    await world.set_thread(thread, archived=True, locked=True)


async def deleted(world: SandboxClient, place: Channel, _user: User) -> None:
    await world.remove_channel(place)


async def kicked(world: SandboxClient, _place: Channel, _user: User) -> None:
    await world.kick(await world.guild(), await world.bot())


async def left(world: SandboxClient, _place: Channel, user: User) -> None:
    await world.kick(await world.guild(), user)


async def blocked(world: SandboxClient, place: Channel, user: User) -> None:
    await world.set_permissions(place, deny=["send_messages"])
    await world.set_accepts_dms(user, accepts=False)


@pytest.fixture
async def thread(world: SandboxClient, art: Channel, mara: User) -> Channel:
    """A thread of the channel."""
    return await world.add_thread(art, "foxes", mara)


@pytest.mark.parametrize("in_time", [True, False])
@pytest.mark.parametrize(
    ("close", "where"),
    [(archived, "thread"), (locked, "direct"), (deleted, "direct")],
    ids=["archived", "locked", "gone"],
)
async def test_a_closed_thread_is_opened_by_the_result_or_left_for_a_direct_message(
    *,
    close: Close,
    where: str,
    in_time: bool,
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    thread: Channel,
    mara: User,
) -> None:
    await held(bot, imagine, world, thread)
    if not in_time:
        await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await close(world, thread, mara)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    place = thread if where == "thread" else await world.dm(mara)
    shown = await world.message(job["posted_message_id"])
    assert shows_images(shown)
    assert shown.channel_id == place.id
    assert await bot.images_charged() == 1


async def test_a_response_that_was_deleted_is_replaced_by_a_message(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    response = await held(bot, imagine, world, art)
    await world.delete_message(olga, response)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    [shown] = await world.messages(art, mara)
    assert (shown.id, shown.pinged_ids) == (job["posted_message_id"], (mara.id,))


@pytest.mark.parametrize("late", [True, False])
async def test_a_bot_that_was_kicked_writes_to_its_user_or_keeps_the_result(
    *, late: bool, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world, art)
    if late:
        await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await kicked(world, art, mara)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered", "undelivered")
    assert (job["status"] == "undelivered") is late  # without a server in common it may write to nobody
    assert await bot.images_charged() == 1
    tries = [request for request in await world.requests() if request.operation == "create_message"]
    assert len(tries) <= 2


async def test_whoever_left_the_server_finds_the_result_in_the_channel_when_they_come_back(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await held(bot, imagine, world, art)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await left(world, art, mara)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("delivered")
    assert job["posted_channel_id"] == art.id
    assert [shows_images(message) for message in await world.messages(art, ben)] == [False, True]


async def test_a_private_result_of_somebody_who_left_is_kept(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await held(bot, imagine, world, art, private=True)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await left(world, art, mara)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("undelivered")
    assert job["told_at"] is None
    assert "direct message: HTTP 403" in job["failure_detail"]
    assert not any(shows_images(message) for message in await world.messages(art))
    assert await world.messages(art, ben) == []


@pytest.mark.parametrize("close", [deleted, kicked, left, blocked])
async def test_a_failure_is_refunded_wherever_its_user_went(
    close: Close, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.add_fault("eachlabs.result", "failed", body="out of memory")
    await held(bot, imagine, world, art)
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await close(world, art, mara)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("failed")

    async def is_over() -> bool | None:
        """It was told, or that no way is open was noticed."""
        told = (await bot.jobs())[0]["told_at"] is not None
        gave_up = any(entry["event"].startswith("no way is open") for entry in bot.log)
        return told or gave_up or None

    assert await eventually(is_over, PATIENCE)
    assert await bot.images_charged() == 0
    assert (await bot.jobs())[0]["told_at"] is None or close in {deleted, left}
