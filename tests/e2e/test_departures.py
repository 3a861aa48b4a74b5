"""Servers that remove the bot: their data stay for a grace, then they go; whoever is back in time finds all of it."""

from sandbox.client import Channel, Guild, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import DAY_MS, PATIENCE, Bot, eventually, is_settled, title


async def departures(bot: Bot, count: int) -> None:
    async def noted() -> bool | None:
        return len(await bot.sql("SELECT * FROM departures")) == count or None

    await eventually(noted)


async def removed(bot: Bot) -> None:
    async def is_removed() -> bool | None:
        return all(job["removed_at"] for job in await bot.jobs()) or None

    await eventually(is_removed)


async def with_data(imagine: Imagine, world: SandboxClient, art: Channel, mara: User) -> Guild:
    """A server in which something was made and kept."""
    await imagine(prompt="a zebra-striped zeppelin")
    sent = await world.command(mara, art, "preset save", {"name": "Noir", "style": "film noir"})
    await world.wait_for_message(art, mara, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE)
    return await world.guild()


async def test_a_server_that_is_left_loses_its_data_after_the_grace_and_its_numbers_stay(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    guild = await with_data(imagine, world, art, mara)
    await bot.sql("INSERT INTO server_rules (guild_id, rules, changed_at) VALUES (?, '{}', 1)", guild.id)
    await world.kick(guild, await world.bot())
    await departures(bot, 1)
    await bot.stop()
    await bot.start()
    assert "zeppelin" in (await bot.jobs())[0]["request"]
    await bot.stop()
    await bot.sql("UPDATE departures SET left_at = left_at - ?", 31 * DAY_MS)
    await bot.start()
    await departures(bot, 0)
    [job] = await bot.jobs()
    assert "zeppelin" not in job["request"]
    assert await bot.sql("SELECT * FROM server_rules") == []
    assert await bot.images_charged() == 1
    assert len(await bot.sql("SELECT * FROM presets")) == 1  # a member's own


async def test_what_a_pause_held_back_is_cancelled_before_the_rules_that_held_it_go(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, ada: User
) -> None:
    """Nothing is sent for a server that is gone."""
    await world.set_eachlabs(hold=True)
    await bot.start(eachlabs_concurrency=1)
    await imagine(until=lambda seen: title(seen) == "Generating")
    await imagine(until=lambda seen: title(seen) == "Queued", prompt="a zebra-striped zeppelin", seed=2)
    sent = await world.command(ada, art, "admin pause")
    await world.wait_for_message(art, ada, lambda seen: seen.interaction_id == sent.id and not seen.loading, PATIENCE)
    await bot.stop()
    await world.kick(await world.guild(), await world.bot())
    await world.set_eachlabs(hold=False)
    await bot.start(departed_server_days=0)

    async def is_forgotten() -> bool | None:
        [_, held] = await bot.jobs()
        return (held["status"] == "cancelled" and "zeppelin" not in held["request"]) or None

    await eventually(is_forgotten)
    assert [job["attempts"] for job in await bot.jobs()] == [1, 0]


async def test_whoever_invites_it_back_in_time_finds_everything(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    guild = await with_data(imagine, world, art, mara)
    await world.kick(guild, await world.bot())
    await departures(bot, 1)
    await bot.stop()
    await bot.sql("UPDATE departures SET left_at = left_at - ?", 31 * DAY_MS)
    await world.join(guild, await world.bot())  # while it does not run
    await bot.start()
    await departures(bot, 0)
    assert "zeppelin" in (await bot.jobs())[0]["request"]


async def test_a_removal_while_it_did_not_run_is_noticed(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    guild = await with_data(imagine, world, art, mara)
    await bot.stop()
    await world.kick(guild, await world.bot())
    await bot.start(departed_server_days=0)
    await removed(bot)
    await departures(bot, 0)


async def test_an_outage_is_no_departure(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start(departed_server_days=0)
    guild = await with_data(imagine, world, art, mara)
    await world.set_available(guild, available=False)
    await bot.stop()
    await bot.start(departed_server_days=0)
    await world.set_available(guild, available=True)
    elsewhere = await world.add_guild("Elsewhere", mara)
    await world.kick(elsewhere, await world.bot())  # this one is

    async def is_noticed() -> bool | None:
        return any(entry.get("guild") == elsewhere.id for entry in bot.log) or None

    await eventually(is_noticed)
    assert "zeppelin" in (await bot.jobs())[0]["request"]
