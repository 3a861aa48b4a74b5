"""Money: caps that hold, warnings that come once each, and what was spent on what."""

import csv
import io
import json
import re
from collections.abc import Awaitable, Callable

import pytest

from jobs.servers.rules import EVERYWHERE
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import PATIENCE, Bot, description, eventually, fields, is_settled, shows_images, title, whole

Use = Callable[..., Awaitable[Message]]


@pytest.fixture
def use(world: SandboxClient, art: Channel) -> Use:
    """Run a command of an admin's, and return its answer."""

    async def run(user: User, name: str, channel: Channel | None = None, **options: object) -> Message:
        where = channel or art
        sent = await world.command(user, where, name, options)
        return await world.wait_for_message(
            where, user, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE
        )

    return run


async def decide(bot: Bot, guild_id: int, rules: object) -> None:
    """What was decided before the start."""
    await bot.sql(
        "INSERT INTO server_rules (guild_id, rules, changed_at) VALUES (?, ?, 0) "
        "ON CONFLICT (guild_id) DO UPDATE SET rules = excluded.rules",
        guild_id,
        json.dumps(rules),
    )


async def test_at_the_cap_members_get_one_clear_sentence_and_admins_the_figures(
    bot: Bot, imagine: Imagine, use: Use, world: SandboxClient, otto: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    told = await use(ada, "admin caps", day="0.08")
    assert told.ephemeral
    assert description(told) == "The caps are set."
    assert fields(told)["Warnings"].startswith("This server's owner is told in a direct message at 80 % of a cap")
    assert "**$0.00** of **$0.08** spent" in fields(told)["Today (UTC)"]
    assert fields(told)["This month (UTC)"] == "**$0.00** spent · no cap"
    for _ in range(2):
        assert shows_images(await imagine())
    refused = await imagine(until=lambda seen: seen.ephemeral)
    assert title(refused) == "The spending cap is reached"
    assert description(refused).startswith(
        "This order would cost more than this server's admins allow to be spent today.\nPlease try again <t:"
    )
    assert "$" not in whole(refused)
    seen_by_admin = await imagine(ada, count=3, until=lambda seen: seen.ephemeral)
    assert "\nAsk for at most 2 images <t:" in description(seen_by_admin)
    assert "For admins: $0.07 of $0.08 is spent, and this order is taken to cost $0.105." in description(seen_by_admin)
    assert len(await world.predictions()) == 2
    [entry] = await bot.sql("SELECT * FROM audit")
    assert (entry["actor_id"], entry["action"]) == (ada.id, "caps.set")
    assert (entry["old_value"], entry["new_value"]) == ("day none, month none", "day $0.08, month none")
    direct = await world.dm(otto)
    warning = await world.wait_for_message(direct, otto, lambda seen: bool(seen.embeds), PATIENCE)
    assert title(warning) == "Today's spending cap is used up"
    assert warning.embeds[0]["footer"]["text"] == "Pixel Garden"
    await use(ada, "admin caps", day="none")
    assert shows_images(await imagine())


async def test_warnings_come_once_each_in_their_channel_also_after_a_restart(
    bot: Bot, imagine: Imagine, use: Use, world: SandboxClient, art: Channel, dark: Channel, otto: User
) -> None:
    await bot.start(webhooks=True)
    await bot.stop()
    assert art.guild_id is not None
    await decide(bot, art.guild_id, {"channels": {"warnings": dark.id}, "caps": {"day": 185_000}})
    await bot.start(webhooks=True)
    shown = await use(otto, "admin caps")
    assert fields(shown)["Warnings"].startswith(f"<#{dark.id}> is told at 80 % of a cap and once it is used up")
    assert shows_images(await imagine(count=4))
    assert await world.messages(dark) == []
    assert shows_images(await imagine())  # 175,000 of 185,000: no other image fits
    warning = await world.wait_for_message(dark, None, lambda seen: bool(seen.embeds), PATIENCE)
    assert title(warning) == "Today's spending cap is used up"
    assert description(warning).startswith("$0.175 of $0.185 is spent, and nothing more fits")
    await bot.stop()
    await bot.start(webhooks=True)
    await use(otto, "admin caps", day="0.215")
    await world.wait_for_message(dark, None, lambda seen: title(seen).startswith("80 %"), PATIENCE)
    assert title(await imagine(count=2, until=lambda seen: seen.ephemeral)) == "The spending cap is reached"
    assert len(await world.messages(dark)) == 2
    assert await world.messages(await world.dm(otto), otto) == []


@pytest.mark.parametrize("closed", ["not allowed", "another server's"])
async def test_where_the_channel_cannot_be_used_the_owner_is_told(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, dark: Channel, otto: User, mara: User, closed: str
) -> None:
    """And no other server's channel is ever written to."""
    if closed == "not allowed":
        there = dark
        await world.set_permissions(dark, deny=["send_messages"])
    else:
        there = await world.add_channel(await world.add_guild("Elsewhere", mara), "paint")
    await bot.start()
    await bot.stop()
    assert art.guild_id is not None
    await decide(bot, art.guild_id, {"channels": {"warnings": there.id}, "caps": {"month": 43_750}})
    await bot.start(webhooks=True)
    assert shows_images(await imagine())
    direct = await world.dm(otto)
    warning = await world.wait_for_message(direct, otto, lambda seen: bool(seen.embeds), PATIENCE)
    assert title(warning) == "This month's spending cap is used up"
    assert await world.messages(there) == []


async def test_a_warning_that_discord_does_not_take_is_told_later(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, dark: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.servers.budget.AGAIN", 0.1)
    await bot.start()
    await bot.stop()
    assert art.guild_id is not None
    await decide(bot, art.guild_id, {"channels": {"warnings": dark.id}, "caps": {"month": 43_750}})
    await bot.start(webhooks=True)
    await world.add_fault("discord.create_message", "status", status=503, match=f"/channels/{dark.id}/")
    assert shows_images(await imagine())
    await world.wait_for_message(dark, None, lambda seen: bool(seen.embeds), PATIENCE)

    async def is_noted() -> bool | None:
        rows = await bot.sql("SELECT told_at FROM spend_warnings")
        return [row["told_at"] is not None for row in rows] == [True, True] or None

    assert await eventually(is_noted)
    assert len(await world.messages(dark)) == 1


async def test_the_operators_cap_is_told_to_the_operator_and_to_no_server(
    bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, ada: User
) -> None:
    await bot.start()
    await bot.stop()
    await decide(bot, EVERYWHERE, {"caps": {"month": 35_000}})
    await bot.start(webhooks=True, operator_channel_id=dark.id)
    assert shows_images(await imagine())
    warning = await world.wait_for_message(dark, None, lambda seen: bool(seen.embeds), PATIENCE)
    assert title(warning) == "This month's spending cap is used up"
    assert "the whole bot" in description(warning)
    refused = await imagine(ada, private=True, until=is_settled)
    assert "more than this bot's operator allows to be spent this month" in description(refused)
    assert "only its operator can raise it" in description(refused)
    assert "$" not in whole(refused)


async def test_costs_are_shown_with_a_file_that_adds_up(
    bot: Bot, imagine: Imagine, use: Use, world: SandboxClient, mara: User, ben: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    nothing = await use(ada, "admin costs", days=1)
    assert description(nothing) == "Nothing was ordered here today (UTC), so nothing was spent."
    await imagine(count=2)
    await imagine(ben, model="flux-2-lora")
    await world.add_fault("eachlabs.result", "failed", body="no")
    await imagine(ben, until=is_settled)
    await world.set_eachlabs(hold=True)
    await imagine(until=lambda seen: title(seen) == "Generating")
    await bot.wait_for_job("running", number=3)
    shown = await use(ada, "admin costs", by="user")
    assert shown.ephemeral
    assert title(shown) == "Costs of the last 30 days"
    [mine, bens] = fields(shown)["By user"].splitlines()
    assert mine == f"**$0.105** · <@{mara.id}> · 3 images"
    jobs = await bot.jobs()
    reported = jobs[1]["cost"]
    assert bens.endswith(f"· <@{ben.id}> · 1 image")
    [file] = shown.attachments
    rows = list(csv.DictReader(io.StringIO((await world.download(file)).decode())))
    assert [row["job"] for row in rows] == [job["id"] for job in reversed(jobs)]
    assert sum(round(float(row["cost_usd"]) * 1_000_000) for row in rows) == 105_000 + reported
    assert [row["status"] for row in rows] == ["running", "failed", "delivered", "delivered"]
    assert [row["reported_usd"] for row in rows][:2] == ["", ""]
    assert rows[3]["user"] == f"<@{mara.id}>"
    by_model = await use(ada, "admin costs", by="model", days=1)
    assert [line.split(" · ")[1] for line in fields(by_model)["By model"].splitlines()] == [
        "FLUX.1 LoRA",
        "FLUX.2 LoRA",
    ]
    assert re.search(r"\b20\d\d-\d\d-\d\d\b", fields(await use(ada, "admin costs"))["By day (UTC)"])


@pytest.mark.parametrize("typed", ["12,50", "ten", "-1"])
async def test_a_typed_amount_that_is_none_changes_nothing(bot: Bot, use: Use, ada: User, typed: str) -> None:
    await bot.start()
    refused = await use(ada, "admin caps", day="5", month=typed)
    assert description(refused).startswith("`month`: Type an amount in US dollars, like `25`")
    assert await bot.sql("SELECT * FROM server_rules") == []


async def test_money_is_for_admins_of_the_very_server(
    bot: Bot, imagine: Imagine, use: Use, world: SandboxClient, mara: User, olga: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    await world.set_discord(commands_for_everybody=True)  # as a server can set it
    for command in ("admin caps", "admin costs"):
        for user in (mara, olga):
            assert "Only members with **Manage Server** can do that" in description(await use(user, command))
    elsewhere = await world.add_guild("Elsewhere", mara)
    there = await world.add_channel(elsewhere, "paint")
    await use(mara, "admin caps", there, day="0")
    assert shows_images(await imagine())
    [rules] = await bot.sql("SELECT guild_id FROM server_rules")
    assert rules["guild_id"] == elsewhere.id
    assert "Nothing was ordered" in description(await use(mara, "admin costs", there))
    assert "<@" in fields(await use(ada, "admin costs", by="user"))["By user"]
