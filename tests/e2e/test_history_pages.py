"""`/history` page by page: there and back, searched, marked, with pictures that are found again."""

import pytest

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.histories import (
    all_delivered,
    answer,
    entries,
    history,
    labels,
    opened,
    pictures,
    prompts,
    repeat,
    turned,
)
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, eventually, shows_images


async def looked_up(world: SandboxClient) -> int:
    """How often the bot has read a single message of a channel."""
    return len([each for each in await world.requests() if each.operation == "get_message"])


async def test_one_turns_over_and_back_also_after_a_restart(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    await imagine()
    await all_delivered(bot)
    await repeat(bot, 11)
    first = await history(world, art, mara)
    assert prompts(first) == ["a fox", "fox 11", "fox 10", "fox 9", "fox 8"]
    assert labels(first) == [*(f"Open {number}" for number in range(1, 6)), "Next"]
    second = await turned(world, mara, first, "Next")
    assert prompts(second) == ["fox 7", "fox 6", "fox 5", "fox 4", "fox 3"]
    assert labels(second)[-2:] == ["Previous", "Next"]
    await bot.stop()
    await bot.start()
    third = await turned(world, mara, second, "Next")
    assert prompts(third) == ["fox 2", "fox 1"]
    assert labels(third) == ["Open 1", "Open 2", "Previous"]
    assert prompts(await turned(world, mara, third, "Previous")) == prompts(second)
    front = await turned(world, mara, third, "Previous")
    assert prompts(front) == prompts(first)
    assert "Previous" not in labels(front)
    assert pictures(front)[0] is not None


@BOTH_ENGINES
async def test_a_history_is_searched_by_words_and_model(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    await imagine(prompt="a red fox")
    await imagine(prompt="an owl", model="flux-2-lora", seed=1)
    await imagine(prompt="a Fox in red", model="flux-2-lora", seed=2)
    await all_delivered(bot)
    assert prompts(await history(world, art, mara, text="RED fox")) == ["a Fox in red", "a red fox"]
    found = await history(world, art, mara, text="fox", model="flux-2-lora")
    assert prompts(found) == ["a Fox in red"]
    assert description(found).splitlines() == ["With these words in the prompt: **fox**", "Made by **FLUX.2 LoRA**"]
    assert prompts(await history(world, art, mara, model="flux-lora")) == ["a red fox"]
    assert "None of your images here fits" in description(await history(world, art, mara, text="hare"))
    assert "Choose one from the list" in description(await history(world, art, mara, model="dall-e"))
    suggested = await world.autocomplete(mara, art, "history", {"model": "2 lo"}, "model")
    assert [(choice.name, choice.value) for choice in suggested] == [("FLUX.2 LoRA", "flux-2-lora")]


async def test_among_thousands_a_search_goes_so_far_at_a_time_and_says_so(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    await imagine()
    await all_delivered(bot)
    await repeat(bot, 4_500)
    cut = await history(world, art, mara, text="fox 100")
    assert prompts(cut) == ["fox 4100", "fox 3100"]
    assert "I looked through 2,000 images of yours" in description(cut)
    expected = [
        ["fox 2100", "fox 1100", "fox 1009", "fox 1008", "fox 1007"],
        ["fox 1006", "fox 1005", "fox 1004", "fox 1003", "fox 1002"],
        ["fox 1001", "fox 1000", "fox 100"],
    ]
    for page in expected:
        cut = await turned(world, mara, cut, "Next")
        assert prompts(cut) == page
        assert "I looked through" not in description(cut)
    assert labels(cut) == ["Open 1", "Open 2", "Open 3", "Previous"]
    nothing = await history(world, art, mara, text="owl")
    for _ in range(2):
        nothing = await turned(world, mara, nothing, "Next")
    assert "None of your images here fits" in description(nothing)


@BOTH_ENGINES
async def test_favourites_are_marked_and_shown_alone(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start()
    for prompt in ("a fox", "an owl"):
        await imagine(prompt=prompt)
    await all_delivered(bot)
    assert "no favourites" in description(await history(world, art, mara, favourites=True))
    owl = await opened(world, art, mara, await history(world, art, mara))
    assert "Favourite" in labels(owl)
    marked = await turned(world, mara, owl, "Favourite")
    assert "Remove favourite" in labels(marked)
    shown = await history(world, art, mara, favourites=True)
    assert prompts(shown) == ["an owl"]
    assert entries(shown)[0][0].startswith("**1.** ⭐ [Posted]")
    assert "Favourites only" in description(shown)
    assert prompts(await history(world, art, ben, favourites=True)) == []
    assert "Favourite" in labels(await turned(world, mara, marked, "Remove favourite"))
    assert prompts(await history(world, art, mara, favourites=True)) == []


async def test_each_server_has_a_history_of_its_own(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    other = await world.add_guild("Elsewhere", mara)
    there = await world.add_channel(other, "pictures")
    await bot.start()
    await imagine()
    assert "Nothing of yours here yet" in description(await history(world, there, mara))
    await imagine(channel=there, prompt="an owl")
    await all_delivered(bot)
    assert prompts(await history(world, there, mara)) == ["an owl"]
    assert prompts(await history(world, art, mara)) == ["a fox"]


async def test_a_link_is_asked_for_once_while_it_lives(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.start()
    await imagine()
    await all_delivered(bot)
    before = await looked_up(world)
    links = [pictures(await history(world, art, mara)) for _ in range(2)]
    assert links[0] == links[1] != [None]
    assert await looked_up(world) == before + 1
    monkeypatch.setattr("cogs.history.pictures._LIFE", -1)  # as if it had ended long ago
    await bot.stop()
    await bot.start()
    for _ in range(2):
        assert pictures(await history(world, art, mara)) == links[0]
    assert await looked_up(world) == before + 3


async def test_what_was_deleted_in_discord_is_said_to_be_gone_and_can_be_made_again(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    await bot.start()
    result = await imagine()
    await all_delivered(bot)
    await world.delete_message(olga, result)
    shown = await history(world, art, mara)
    assert entries(shown)[0][0].startswith("**1.** Its message was deleted · FLUX.1 LoRA")
    assert pictures(shown) == [None]
    gone = await opened(world, art, mara, shown)
    assert "Its message was deleted" in description(gone)
    assert "Press Again to make new ones." in description(gone)
    assert "Post again" not in labels(gone)
    again = await world.press(mara, gone, label="Again")
    await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == again.id and shows_images(seen), PATIENCE
    )


async def test_where_the_bot_may_not_look_the_link_is_left(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    result = await imagine()
    await all_delivered(bot)
    await world.set_permissions(art, deny=["read_message_history"])
    await bot.stop()
    await bot.start()  # it remembers no link
    shown = await history(world, art, mara)
    assert entries(shown)[0][0].startswith(f"**1.** [Posted](https://discord.com/channels/{art.guild_id}/{art.id}/")
    assert str(result.id) in entries(shown)[0][0]
    assert pictures(shown) == [None]
    assert "I cannot look at its message right now" in description(await opened(world, art, mara, shown))


async def test_with_the_words_removed_the_picture_is_still_found(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    """The retention removes what was written, not what was posted."""
    await bot.start(retention_days=1)
    await imagine()
    await all_delivered(bot)
    await bot.sql("UPDATE jobs SET created_at = 1")
    await bot.stop()
    await bot.start(retention_days=1)

    async def shown() -> Message:
        return await history(world, art, mara)

    message = await shown()
    while prompts(message) != [""]:
        message = await shown()
    assert pictures(message) != [None]
    one = await opened(world, art, mara, message)
    assert "The prompt is no longer kept." in description(one)
    assert "Again" not in labels(one)


async def test_a_button_of_somebody_elses_result_leads_nowhere(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start()
    await imagine()
    await all_delivered(bot)
    shown = await history(world, art, mara)
    await history(world, art, ben)
    await bot.sql("INSERT INTO users (id, last_order_at) VALUES (?, 1)", ben.id)
    await bot.sql("UPDATE jobs SET user_id = ?", ben.id)  # as if the button were another's
    refused = await answer(world, art, mara, await world.press(mara, shown, label="Open 1"))
    assert "not in your history here" in description(refused)


async def test_what_its_user_deleted_under_the_result_is_not_listed(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    result = await imagine()
    await all_delivered(bot)
    await world.press(mara, result, label="Delete")

    async def is_forgotten() -> bool | None:
        return (await bot.jobs())[0]["hidden_at"] is not None or None

    await eventually(is_forgotten)
    assert "Nothing of yours here yet" in description(await history(world, art, mara))


async def test_what_a_moderator_deleted_under_the_result_is_listed_as_gone(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, olga: User
) -> None:
    await bot.start()
    result = await imagine()
    await all_delivered(bot)
    await world.press(olga, result, label="Delete")

    async def is_deleted() -> bool | None:
        return (await world.message(result)).deleted or None

    await eventually(is_deleted)
    assert "Its message was deleted" in entries(await history(world, art, mara))[0][0]
