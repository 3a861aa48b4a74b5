"""However late, large or unwelcome a result is: it arrives once, at whom it is for, or is kept."""

import re
from typing import Any

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, fields, shows_images, title

QUARTER_S = 15 * 60
WAITING = "Generating"


async def held(bot: Bot, imagine: Imagine, world: SandboxClient, **options: Any) -> Message:
    """The message of a job that the vendor works on until it is let go."""
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True)
    message = await imagine(until=lambda seen: title(seen) == WAITING, **options)
    await bot.wait_for_job("running")
    return message


async def finish(bot: Bot, world: SandboxClient, *ends: str) -> dict[str, Any]:
    """Let the vendor finish; the job once it has ended."""
    await world.set_eachlabs(hold=False)
    return await bot.wait_for_job(*(ends or ("delivered",)))


async def posts(world: SandboxClient) -> list[Any]:
    """The payloads of all messages that the bot sent to channels."""
    return [request.payload for request in await world.requests() if request.operation == "create_message"]


@BOTH_ENGINES
@pytest.mark.parametrize("who_knows", ["Discord", "the bot"])
async def test_after_the_tokens_quarter_of_an_hour_the_result_is_a_message_that_mentions_its_user(
    who_knows: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    old = await held(bot, imagine, world)
    if who_knows == "Discord":
        await world.advance_clock(QUARTER_S + 1)
    else:
        await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    job = await finish(bot, world)
    stale, new = await world.messages(art, mara)
    assert stale.id == old.id
    assert shows_images(new)
    assert new.pinged_ids == (mara.id,)
    assert (job["posted_channel_id"], job["posted_message_id"]) == (art.id, new.id)
    (payload,) = await posts(world)
    assert payload["nonce"] == job["id"]
    assert payload["enforce_nonce"] is True
    mended = await world.wait_for_message(art, mara, lambda seen: seen.id == old.id and bool(seen.content), PATIENCE)
    assert f"/{art.id}/{new.id}" in mended.content
    assert mended.embeds == ()
    assert mended.buttons == ()
    assert await bot.images_charged() == 1


@BOTH_ENGINES
async def test_a_late_private_result_goes_to_its_user_alone(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await held(bot, imagine, world, private=True)
    await world.advance_clock(QUARTER_S + 1)
    await finish(bot, world)
    (message,) = await world.messages(await world.dm(mara), mara)
    assert shows_images(message)
    assert message.content.startswith(f"You asked for this privately in <#{art.id}> of **")
    assert message.content.endswith("That answer cannot be edited any more, so here it is.")
    assert "Again" in [button.label for button in message.buttons]  # there it counts to the quota outside of servers
    assert await world.messages(art, ben) == []


@pytest.mark.parametrize("lost", ["attach_files", "send_messages", "view_channel", "channel"])
async def test_without_a_way_into_the_channel_it_is_a_direct_message(
    lost: str, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world)
    await world.advance_clock(QUARTER_S + 1)
    if lost == "channel":
        await world.remove_channel(art)
    else:
        await world.set_permissions(art, deny=[lost])
    job = await finish(bot, world)
    dm = await world.dm(mara)
    (message,) = await world.messages(dm, mara)
    assert shows_images(message)
    assert message.content.startswith(f"I cannot post this in <#{art.id}> of **")
    assert "Again" in [button.label for button in message.buttons]
    assert job["posted_channel_id"] == dm.id
    assert not any(shows_images(seen) for seen in await world.messages(art))
    assert await bot.images_charged() == 1


async def test_with_every_way_closed_it_is_kept_for_its_user(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world, count=2)
    await world.advance_clock(QUARTER_S + 1)
    await world.set_permissions(art, deny=["send_messages"])
    await world.set_accepts_dms(mara, accepts=False)
    job = await finish(bot, world, "undelivered")
    old, *_ = await world.messages(art, mara)
    assert old.content.startswith("Your 2 images are made and kept")
    folder = bot.folder / "results" / job["id"]
    assert sorted(path.name.split("-")[0] for path in folder.iterdir() if path.is_file()) == ["1", "2"]
    assert await bot.images_charged() == 2
    await bot.stop()
    await bot.start(webhooks=True)
    assert folder.exists()
    assert (await bot.jobs())[0]["status"] == "undelivered"


async def test_an_edit_that_discord_answers_with_500_is_repeated_and_posts_once(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ben: User
) -> None:
    await world.add_fault("discord.edit_followup", "status", status=500)
    await bot.start(webhooks=True)
    await imagine()
    await bot.wait_for_job("delivered")
    assert await world.faults() == []
    assert [shows_images(seen) for seen in await world.messages(art, ben)] == [True]


@pytest.mark.parametrize("late", [False, True])
async def test_images_too_large_for_the_channel_are_encoded_again_to_fit(
    *, late: bool, bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    limit = 1_000_000
    await world.set_discord(attachment_size_limit=limit)
    await held(bot, imagine, world, count=4, size="square_hd", format="png")
    if late:
        await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    job = await finish(bot, world)
    message = await world.message(job["posted_message_id"])
    assert len(message.attachments) == 4
    assert all((file.width, file.height) == (1024, 1024) for file in message.attachments)
    assert {file.content_type for file in message.attachments} == {"image/jpeg"}
    assert sum(file.size for file in message.attachments) < limit
    assert "Re-encoded so that this channel takes it." in description(message)
    refused = [request for request in await world.requests() if request.error_code == 40005]
    assert refused == []


async def test_a_channel_that_takes_less_than_the_interaction_said_gets_smaller_files(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world, count=4, size="square_hd", format="png")
    await bot.sql("UPDATE jobs SET reply_expires_at = 0")
    await world.set_discord(attachment_size_limit=1_500_000)  # a boost has ended
    job = await finish(bot, world)
    message = await world.message(job["posted_message_id"])
    assert message.channel_id == art.id
    assert len(message.attachments) == 4
    assert mara.id in message.pinged_ids


@pytest.mark.parametrize("private", [False, True])
async def test_a_job_of_over_a_minute_notifies_its_user(
    *, private: bool, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    result = await held(bot, imagine, world, private=private)
    await bot.sql("UPDATE jobs SET created_at = created_at - 61000")
    await finish(bot, world)
    notice = (await world.messages(art, mara))[-1]
    assert notice.id != result.id
    assert "ready" in notice.content
    assert shows_images(await world.message(result))
    if private:
        assert notice.ephemeral
        assert await world.messages(art, ben) == []
    else:
        assert notice.pinged_ids == (mara.id,)
        assert notice.raw["message_reference"]["message_id"] == str(result.id)


async def test_a_job_of_under_a_minute_notifies_nobody(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await held(bot, imagine, world)
    await bot.sql("UPDATE jobs SET created_at = created_at - 50000")
    await finish(bot, world)
    (only,) = await world.messages(art, mara)
    assert only.pinged_ids == ()


async def test_a_prompt_of_4000_characters_is_shortened_and_attached_whole(
    bot: Bot, imagine: Imagine, world: SandboxClient
) -> None:
    prompt = ("ein Fuchs im Öl, *gemalt* " * 200)[:3999] + "!"
    await bot.start(webhooks=True)
    message = await imagine(prompt=prompt, count=4)
    *pictures, text = message.attachments
    assert [bool(picture.width) for picture in pictures] == [True] * 4
    assert text.filename.endswith("-prompt.txt")
    assert (await world.download(text)).decode() == prompt
    assert len(description(message)) <= 1100
    assert description(message).startswith("ein Fuchs im Öl, \\*gemalt\\*")
    assert "…" in description(message)


SLY = [
    "@everyone look",
    "@here look",
    "<@{ben}> look",
    "<@&{guild}> look",
    "<#{art}> look",
    "```py\nprint(1)``` and `code`",
    "# big **bold** _it_ ~~no~~ ||spoiler|| > quote [link](https://example.com)",
]


@pytest.mark.parametrize(("prompt", "late"), [*((prompt, False) for prompt in SLY), (SLY[0], True), (SLY[2], True)])
async def test_a_prompt_is_shown_letter_by_letter_and_pings_nobody(
    *, prompt: str, late: bool, bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    prompt = prompt.format(ben=ben.id, guild=art.guild_id, art=art.id)
    if late:
        await held(bot, imagine, world, prompt=prompt)
        await bot.sql("UPDATE jobs SET reply_expires_at = 0")
        job = await finish(bot, world)
        message = await world.message(job["posted_message_id"])
    else:
        await bot.start(webhooks=True)
        message = await imagine(prompt=prompt)
    shown = description(message)
    assert re.search(r"@(everyone|here)|(?<!\\)[*_~|`<]|^[#>]|(?<!\\)\[", shown) is None
    assert re.sub(r"\\(.)", r"\1", shown).replace("\u200b", "") == prompt
    assert fields(message)["Model"]
    assert message.pinged_ids == ((mara.id,) if late else ())
    assert not message.raw["mention_everyone"]
    assert [prediction["input"]["prompt"] for prediction in await world.predictions()] == [prompt]
