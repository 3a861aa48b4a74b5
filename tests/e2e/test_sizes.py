"""Images that are too large for a channel are encoded again, split over messages, shown smaller: never withheld."""

import re
from typing import Any

import aiohttp
import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.support import PATIENCE, Bot, description, eventually, shows_images

LARGE = {"size": "square_hd", "format": "png"}
SPLITS = 140_000  # bytes: each image fits alone when it is encoded again, four together do not
SHRINKS = 80_000  # bytes: not even one fits


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repetitions without the pauses that Discord is granted."""
    monkeypatch.setattr("jobs.delivering._PAUSE_FIRST", 0.1)
    monkeypatch.setattr("jobs.delivering._PAUSE_LONGEST", 0.5)


def numbers(messages: list[Message]) -> list[str]:
    """The image numbers that the names of all files tell, in the order of the messages."""
    return [
        attachment.filename.partition(".")[0].rpartition("-")[2]
        for message in messages
        for attachment in message.attachments
    ]


async def order(world: SandboxClient, channel: Channel, user: User, count: int, **options: Any) -> None:
    """Order without waiting for anything."""
    await world.command(user, channel, "imagine", {"prompt": "a fox", "count": count, **LARGE, **options})


@pytest.mark.parametrize("private", [False, True])
async def test_what_does_not_fit_into_one_message_comes_in_several(
    *, private: bool, bot: Bot, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await world.set_discord(attachment_size_limit=SPLITS)
    await bot.start(webhooks=True)
    await order(world, art, mara, 3, private=private)
    job = await bot.wait_for_job("delivered")
    first, *others = await world.messages(art, mara)
    assert numbers([first, *others]) == ["1", "2", "3"]
    assert job["posted_message_id"] == first.id
    assert "Too large for one message: the rest is below. Image 1 of 3 here." in description(first)
    assert [description(other).splitlines()[0] for other in others] == ["Image 2 of 3", "Image 3 of 3"]
    assert "Again" in [button.label for button in first.buttons]
    assert [other.buttons for other in others] == [(), ()]
    assert all(attachment.width == 1024 for message in (first, *others) for attachment in message.attachments)
    assert [message.ephemeral for message in (first, *others)] == [private] * 3
    assert bool(await world.messages(art, ben)) is not private
    assert await bot.images_charged() == 3


async def test_a_late_result_in_several_messages_mentions_its_user_once(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=SPLITS)
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await order(world, art, mara, 3)
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    posted = [message for message in await world.messages(art, mara) if shows_images(message)]
    assert numbers(posted) == ["1", "2", "3"]
    assert [message.pinged_ids for message in posted] == [(mara.id,), (), ()]
    creates = [request.payload for request in await world.requests() if request.operation == "create_message"]
    job_id = (await bot.jobs())[0]["id"]
    assert [payload["nonce"] for payload in creates] == [job_id, f"{job_id}-2", f"{job_id}-3"]
    assert all(payload["enforce_nonce"] and len(payload["nonce"]) <= 25 for payload in creates)


async def test_a_stop_between_two_messages_is_followed_by_the_next_one(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=SPLITS)
    await bot.start(webhooks=True, stop_seconds=0)
    # The second message's answer is lost, and nobody can look what came of it.
    await world.add_fault("discord.create_message", "lost_answer")
    await world.add_fault("discord.list_messages", "status", status=503, times=100_000)
    await order(world, art, mara, 4)

    async def is_in_doubt() -> bool | None:
        return any(request.operation == "list_messages" for request in await world.requests()) or None

    assert await eventually(is_in_doubt)
    await bot.stop()
    assert (await bot.jobs())[0]["status"] == "delivering"
    notes = await bot.sql("SELECT part, message_id IS NULL AS doubt FROM posts ORDER BY part")
    assert notes == [{"part": "images 1-1", "doubt": 0}, {"part": "images 2-2", "doubt": 1}]
    await world.clear_faults()
    await world.advance_clock(360)  # Discord has forgotten the nonces
    await bot.start(webhooks=True)
    await bot.wait_for_job("delivered")
    posted = [message for message in await world.messages(art, mara) if shows_images(message)]
    assert numbers(posted) == ["1", "2", "3", "4"]
    assert await bot.images_charged() == 4


async def test_a_result_is_not_settled_before_all_its_messages_are_there(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=SPLITS)
    await bot.start(webhooks=True, stop_seconds=0)
    await world.add_fault("discord.create_message", "status", status=503, times=100_000)
    await order(world, art, mara, 3)
    await world.wait_for_message(art, mara, shows_images, PATIENCE)
    after = await world.cursor()
    await eventually(lambda: _tried(world, "create_message"))
    assert (await bot.jobs())[0]["status"] == "delivering"
    assert await bot.sql("SELECT * FROM ledger WHERE kind = 'settle'") == []
    await world.clear_faults()
    await bot.wait_for_job("delivered")
    edits = [event for event in await world.events(after) if event.kind == "message_edited"]
    assert edits == []  # what is there is not uploaded again
    assert numbers(await world.messages(art, mara)) == ["1", "2", "3"]


async def test_a_result_is_not_deleted_while_parts_of_it_are_still_to_come(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=SPLITS)
    await bot.start(webhooks=True, stop_seconds=0)
    await world.add_fault("discord.create_message", "status", status=503, times=100_000)
    await order(world, art, mara, 3)
    first = await world.wait_for_message(art, mara, shows_images, PATIENCE)
    assert (await bot.jobs())[0]["status"] == "delivering"
    press = await world.press(mara, first, label="Delete")
    said = await world.wait_for_message(art, mara, lambda seen: seen.interaction_id == press.id, PATIENCE)
    assert said.ephemeral
    assert description(said) == "It is still being posted: press again in a moment."
    assert not (await world.message(first)).deleted
    await world.clear_faults()
    await bot.wait_for_job("delivered")
    await world.press(mara, first, label="Delete")

    async def is_gone() -> bool | None:
        return not any(shows_images(seen) for seen in await world.messages(art, mara)) or None

    await eventually(is_gone)


async def test_what_fits_into_no_message_is_shown_smaller_with_a_link_to_the_original(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=SHRINKS)
    await bot.start(webhooks=True)
    await order(world, art, mara, 1)
    await bot.wait_for_job("delivered")
    [message] = await world.messages(art, mara)
    [preview] = message.attachments
    assert preview.width is not None
    assert preview.width < 1024
    assert preview.size < SHRINKS
    assert "This image is shown smaller than it was made" in description(message)
    link = re.search(r"\[Save the original\]\((\S+)\) soon: its link expires\.", description(message))
    assert link is not None
    async with aiohttp.ClientSession() as http, http.get(link[1]) as original:
        assert int(original.headers["Content-Length"]) > SHRINKS
    assert await bot.images_charged() == 1


async def test_a_late_channel_that_takes_less_than_was_said_is_served_all_the_same(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await order(world, art, mara, 2)
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.set_discord(attachment_size_limit=250_000)
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    assert numbers(await world.messages(art, mara)) == ["1", "2"]
    refused = [request for request in await world.requests() if request.error_code == 40005]
    assert refused


async def test_delete_removes_all_messages_of_a_result_and_the_notice(
    bot: Bot, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_discord(attachment_size_limit=SPLITS)
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    await order(world, art, mara, 3)
    await bot.wait_for_job("running")
    await bot.sql("UPDATE jobs SET created_at = created_at - 61000")
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered")
    first, *others = await world.messages(art, mara)
    assert len(others) == 3  # two more images, and the notice
    await world.add_fault("discord.delete_message", "status", status=503)
    refused = await world.press(mara, first, label="Delete")
    told = await world.wait_for_message(art, mara, lambda seen: seen.interaction_id == refused.id, PATIENCE)
    assert "press again" in description(told)
    await world.press(mara, first, label="Delete")
    await world.wait_for_event(
        lambda event: event.kind == "message_deleted" and event.data["message_id"] == str(first.id), PATIENCE
    )
    assert [message for message in await world.messages(art, mara) if not message.ephemeral] == []


async def _tried(world: SandboxClient, operation: str) -> bool | None:
    return any(request.operation == operation for request in await world.requests()) or None
