"""What members and operators see of words that are no longer kept, and of results that were dropped."""

import asyncio
from collections.abc import Callable

from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import DAY_MS, PATIENCE, Bot, description, eventually, is_settled, shows_images, whole


async def aged(bot: Bot, days: int) -> None:
    """Let every job have been made so long ago, while the bot does not run."""
    await bot.sql(f"UPDATE jobs SET created_at = created_at - {days * DAY_MS}")  # noqa: S608 - our own number


async def removed(bot: Bot) -> None:
    async def is_removed() -> bool | None:
        return all(job["removed_at"] for job in await bot.jobs()) or None

    await eventually(is_removed)


async def test_after_its_days_a_prompt_is_gone_and_old_buttons_say_so(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(retention_days=30)
    old = await imagine(prompt="a zebra-striped zeppelin", lora="https://example.com/zeppelin.safetensors")
    await bot.wait_for_job("delivered")
    await bot.stop()
    await aged(bot, 29)
    await bot.start(retention_days=30)
    assert "zeppelin" in (await bot.jobs())[0]["request"]
    await bot.stop()
    await aged(bot, 2)
    await bot.start(retention_days=30)
    await removed(bot)
    pressed = await world.press(mara, old, label="Again")
    told = await world.wait_for_message(art, mara, _says(pressed.id), PATIENCE)
    assert description(told) == "The prompt of this image is not kept any more. Start a new one with `/imagine`."
    assert told.ephemeral
    for command in ("quota", "history"):
        sent = await world.command(mara, art, command)
        told = await world.wait_for_message(art, mara, _says(sent.id), PATIENCE)
        assert "zeppelin" not in whole(told)
    assert shows_images(await imagine())  # and it works as ever
    assert await bot.images_charged() == 2
    await bot.stop()
    found = await asyncio.to_thread(lambda: [b"zeppelin" in path.read_bytes() for path in bot.folder.glob("bot.db*")])
    assert not any(found)


def _says(interaction: int) -> Callable[[Message], bool]:
    return lambda seen: seen.interaction_id == interaction and is_settled(seen)


async def test_a_delete_pressed_after_that_still_removes_the_message(
    bot: Bot, imagine: Imagine, world: SandboxClient, mara: User
) -> None:
    await bot.start(retention_days=1)
    old = await imagine()
    await bot.wait_for_job("delivered")
    await bot.stop()
    await aged(bot, 2)
    await bot.start(retention_days=1)
    await removed(bot)
    await world.press(mara, old, label="Delete")

    async def is_deleted() -> bool | None:
        return (await world.message(old)).deleted or None

    await eventually(is_deleted)


async def test_results_beyond_the_cap_are_dropped_and_the_next_command_says_so(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    """Made and paid, but nobody fetched them, and others need the room."""
    await bot.start()
    await world.set_accepts_dms(mara, accepts=False)
    await world.set_eachlabs(hold=True)
    await imagine(until=lambda seen: seen.edits > 0)
    await world.remove_channel(art)
    await world.set_eachlabs(hold=False)
    job = await bot.wait_for_job("undelivered")
    await bot.stop()
    folder = bot.folder / "results" / job["id"]
    (folder / "more").write_bytes(b"-" * 2 * 1024 * 1024)
    await bot.start(results_max_mb=1)
    await removed(bot)

    async def is_gone() -> bool | None:
        return not folder.exists() or None

    await eventually(is_gone)
    assert await bot.images_charged() == 1
    elsewhere = await world.channel("art-after-dark")
    sent = await world.command(mara, elsewhere, "history")
    told = await world.wait_for_message(
        elsewhere, mara, lambda seen: seen.interaction_id == sent.id and "no longer kept" in whole(seen), PATIENCE
    )
    assert told.ephemeral
    shown = await world.wait_for_message(elsewhere, mara, _says(sent.id), PATIENCE)
    assert shown.buttons == ()
