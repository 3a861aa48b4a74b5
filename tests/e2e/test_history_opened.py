"""One result of a history: seen large, posted again, deleted."""

import asyncio

import pytest

from jobs.ports import StoreUnavailable
from sandbox.client import Channel, InteractionState, Message, SandboxClient, User
from tests.e2e.admins import Desk
from tests.e2e.conftest import Imagine
from tests.e2e.histories import all_delivered, answer, entries, history, labels, opened, prompts, turned
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, eventually, shows_images


async def first_opened(world: SandboxClient, art: Channel, mara: User) -> Message:
    """The newest result, opened."""
    return await opened(world, art, mara, await history(world, art, mara))


def images(message: Message) -> list[str]:
    """The pictures that its embeds show."""
    return [embed["image"]["url"] for embed in message.embeds if "image" in embed]


async def reposted(world: SandboxClient, channel: Channel, user: User, shown: Message) -> Message:
    """What everybody sees after Post again."""
    pressed = await world.press(user, shown, label="Post again")
    return await world.wait_for_message(
        channel, None, lambda seen: seen.interaction_id == pressed.id and shows_images(seen), PATIENCE
    )


async def test_an_opened_result_shows_all_its_images_and_its_whole_prompt(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    prompt = "a lighthouse " + "in a storm " * 60
    result = await imagine(prompt=prompt, count=3)
    await all_delivered(bot)
    shown = await history(world, art, mara)
    await bot.stop()
    await bot.start()
    one = await opened(world, art, mara, shown)
    assert one.ephemeral
    assert images(one) == [each.url for each in result.attachments if each.width]
    assert len({embed["url"] for embed in one.embeds}) == 1  # so they are shown as one
    assert prompt.strip() in description(one)
    assert labels(one) == ["Again", "Details", "Favourite", "Post again", "Delete"]


async def test_files_that_are_not_removed_yet_change_nothing(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.world.World.discard", _later)
    result = await _made(bot, imagine)
    assert list((bot.folder / "results").iterdir())
    one = await first_opened(world, art, mara)
    assert images(one) == [each.url for each in result.attachments if each.width]
    assert shows_images(await reposted(world, art, mara, one))


async def _later(*_: object) -> None:
    """As if it had not come to that yet."""


@BOTH_ENGINES
async def test_a_private_result_is_kept_and_shown_again_to_its_user_alone(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start()
    result = await imagine(private=True, count=2)
    await bot.wait_for_job("delivered")
    await bot.stop()
    await bot.start()  # whatever is not needed any more has been swept
    one = await first_opened(world, art, mara)
    assert one.ephemeral
    assert [each.filename for each in one.attachments] == [each.filename for each in result.attachments]
    assert labels(one) == ["Again", "Details", "Favourite", "Delete"]
    assert not any(shows_images(seen) for seen in await world.messages(art, ben))


async def test_a_private_result_whose_files_are_gone_can_be_made_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(results_max_mb=1)
    await imagine(private=True)
    job = await bot.wait_for_job("delivered")
    padding = bot.folder / "results" / job["id"] / "padding"
    await asyncio.to_thread(padding.write_bytes, b"-" * 2**20)
    await bot.stop()
    await bot.start(results_max_mb=1)
    while padding.exists():  # noqa: ASYNC110 - the start's housekeeping tells nobody
        await asyncio.sleep(0.02)
    one = await first_opened(world, art, mara)
    assert "No longer kept" in description(one)
    assert "Press Again to make new ones." in description(one)


@BOTH_ENGINES
async def test_a_result_is_posted_again_for_everybody(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    result = await _made(bot, imagine, count=2)
    copy = await reposted(world, art, mara, await first_opened(world, art, mara))
    assert not copy.ephemeral
    assert [await world.download(each) for each in copy.attachments] == [
        await world.download(each) for each in result.attachments
    ]
    assert f"Posted again for <@{mara.id}>." in description(copy)
    assert copy.pinged_ids == ()
    assert "Again" in labels(copy)
    assert len(await bot.jobs()) == 1


async def test_pressing_twice_at_once_posts_once(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await _made(bot, imagine)
    one = await first_opened(world, art, mara)
    pressed = await asyncio.gather(*(world.press(mara, one, label="Post again") for _ in range(2)))
    answers = [await answer(world, art, mara, each) for each in pressed]
    assert sorted(shows_images(each) for each in answers) == [False, True]
    assert len([seen for seen in await world.messages(art, ben) if shows_images(seen)]) == 2


async def test_what_comes_from_an_age_restricted_channel_is_posted_again_only_in_one(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, dark: Channel, mara: User
) -> None:
    await bot.start()
    await imagine(channel=dark)
    await all_delivered(bot)
    pressed = await world.press(mara, await first_opened(world, art, mara), label="Post again")
    refused = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == pressed.id and "age-restricted" in description(seen), PATIENCE
    )
    assert refused.ephemeral
    assert not any(shows_images(seen) for seen in await world.messages(art))
    assert shows_images(await reposted(world, dark, mara, await first_opened(world, dark, mara)))


async def test_whoever_is_banned_sees_and_deletes_their_images_and_shows_them_to_nobody(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User, ada: User
) -> None:
    result = await _made(bot, imagine)
    desk = Desk(world=world, channel=art)
    await desk(ada, "admin ban", member=mara.id, reason="spam")
    before = len(await world.messages(art, ben))
    one = await first_opened(world, art, mara)
    assert images(one) == [each.url for each in result.attachments if each.width]
    refused = await answer(world, art, mara, await world.press(mara, one, label="Post again"))
    assert refused.ephemeral
    assert description(refused) == (
        "You cannot make images in this server: spam\nAsk an admin about it.\n"
        "Meanwhile `/history` shows your images to you alone: they can be deleted, not posted again."
    )
    assert len(await world.messages(art, ben)) == before
    assert (await desk(mara, "privacy export")).attachments
    asked = await turned(world, mara, one, "Delete")
    await turned(world, mara, asked, "Delete for good")
    assert (await world.message(result)).deleted


async def test_a_pause_holds_making_images_and_not_posting_them_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ada: User
) -> None:
    await _made(bot, imagine)
    await Desk(world=world, channel=art)(ada, "admin pause", reason="we clean up")
    assert "we clean up" in description(await imagine(until=lambda seen: "paused" in description(seen)))
    assert shows_images(await reposted(world, art, mara, await first_opened(world, art, mara)))


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("deleted", "Its message was deleted"),
        ("may not post", "You may not post images in this channel"),
        ("refused", "Discord did not take the images"),
    ],
)
async def test_what_cannot_be_posted_again_leaves_nothing_public(
    trouble: str,
    sentence: str,
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    art: Channel,
    mara: User,
    ben: User,
    olga: User,
) -> None:
    result = await _made(bot, imagine)
    one = await first_opened(world, art, mara)
    match trouble:
        case "deleted":
            await world.delete_message(olga, result)
        case "may not post":
            await world.set_permissions(art, deny=["send_messages"], user=mara)
        case _:
            await world.add_fault("discord.edit_original", "disconnect")
    before = len(await world.messages(art, ben))
    pressed = await world.press(mara, one, label="Post again")
    refused = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == pressed.id and sentence in description(seen), PATIENCE
    )
    assert refused.ephemeral
    assert len(await world.messages(art, ben)) == before


@BOTH_ENGINES
async def test_deleting_asks_first_and_then_removes_everything_that_was_posted(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    result = await _made(bot, imagine)
    one = await first_opened(world, art, mara)
    copy = await reposted(world, art, mara, one)
    asked = await turned(world, mara, one, "Delete")
    assert asked.content == "Delete these images wherever they were posted? This cannot be undone."
    spared = await turned(world, mara, asked, "Keep")
    assert (spared.content, labels(spared)) == ("", labels(one))
    asked = await turned(world, mara, spared, "Delete")
    await bot.stop()
    await bot.start()
    erased = await turned(world, mara, asked, "Delete for good")
    assert (description(erased), erased.content, erased.buttons) == ("You have deleted these images.", "", ())
    assert [(await world.message(each)).deleted for each in (result, copy)] == [True, True]
    assert not any(shows_images(seen) for seen in await world.messages(art, ben))
    assert "Nothing of yours here yet" in description(await history(world, art, mara))
    assert await bot.images_charged() == 1


async def test_a_message_out_of_reach_is_not_said_to_be_deleted(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    result = await _made(bot, imagine)
    asked = await turned(world, mara, await first_opened(world, art, mara), "Delete")
    forbidden = '{"code": 50013, "message": "Missing Permissions"}'
    await world.add_fault("discord.delete_message", "status", status=403, body=forbidden)
    erased = await turned(world, mara, asked, "Delete for good")
    assert "press Delete under it" in description(erased)
    assert not (await world.message(result)).deleted
    press = await world.press(mara, result, label="Delete")
    await world.wait_for_interaction(press, lambda now: now.state is InteractionState.DELETED, timeout_s=PATIENCE)
    assert (await world.message(result)).deleted


async def test_a_deleted_private_result_leaves_the_disk(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    await imagine(private=True)
    job = await bot.wait_for_job("delivered")
    one = await first_opened(world, art, mara)
    asked = await turned(world, mara, one, "Delete")
    await turned(world, mara, asked, "Delete for good")
    assert not (bot.folder / "results" / job["id"]).exists()
    assert entries(await history(world, art, mara)) == []


async def test_deleting_while_discord_has_trouble_can_be_repeated(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    result = await _made(bot, imagine)
    asked = await turned(world, mara, await first_opened(world, art, mara), "Delete")
    await world.add_fault("discord.delete_message", "status", status=503)
    refused = await answer(world, art, mara, await world.press(mara, asked, label="Delete for good"))
    assert "press again in a minute" in description(refused)
    assert prompts(await history(world, art, mara)) == ["a fox"]
    await turned(world, mara, asked, "Delete for good")
    assert (await world.message(result)).deleted


async def test_a_result_in_several_messages_is_one_in_the_history(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await world.set_discord(attachment_size_limit=140_000)
    await bot.start()
    await imagine(count=3, size="square_hd", format="png")
    await bot.wait_for_job("delivered")
    one = await first_opened(world, art, mara)
    assert len(images(one)) == 3
    await reposted(world, art, mara, one)
    assert await _pictures_seen(world, art, ben, 6) == 6

    async def are_noted() -> bool | None:
        posts = await bot.sql("SELECT part FROM posts WHERE message_id IS NOT NULL")
        return sum(post["part"].startswith("repost ") for post in posts) == 3 or None

    assert await eventually(are_noted)
    asked = await turned(world, mara, one, "Delete")
    await turned(world, mara, asked, "Delete for good")
    assert await _pictures_seen(world, art, ben, 0) == 0


async def _pictures_seen(world: SandboxClient, art: Channel, ben: User, expected: int) -> int:
    """How many pictures another member sees, once it is as many as expected."""

    async def count() -> int:
        return sum(len(seen.attachments) for seen in await world.messages(art, ben) if shows_images(seen))

    after = await world.cursor()
    while (seen := await count()) != expected:
        event = await world.wait_for_event(lambda event: event.kind.startswith("message_"), PATIENCE, after)
        after = event.index
    return seen


async def _made(bot: Bot, imagine: Imagine, **options: int) -> Message:
    await bot.start()
    result = await imagine(**options)
    await bot.wait_for_job("delivered")
    return result


@pytest.mark.parametrize("label", ["Open 1", "Favourite", "Post again", "Delete for good"])
async def test_without_the_database_every_button_says_so_and_changes_nothing(
    label: str,
    bot: Bot,
    imagine: Imagine,
    world: SandboxClient,
    art: Channel,
    mara: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = await _made(bot, imagine)
    shown = await history(world, art, mara)
    message = shown if label == "Open 1" else await opened(world, art, mara, shown)
    if label == "Delete for good":
        message = await turned(world, mara, message, "Delete")
    monkeypatch.setattr("storage.history.History.is_favourite", _no_database)
    pressed = await world.press(mara, message, label=label)
    refused = await world.wait_for_message(
        art,
        mara,
        lambda seen: seen.interaction_id == pressed.id and "database cannot be used" in description(seen),
        PATIENCE,
    )
    assert refused.ephemeral
    assert not (await world.message(result)).deleted
    monkeypatch.setattr("storage.history.History.results_before", _no_database)
    assert "database cannot be used" in description(await history(world, art, mara))


async def _no_database(*_: object, **__: object) -> None:
    raise StoreUnavailable("on fire")
