"""`/admin quota`: limits of everybody and of roles, grants, resets and exemptions, each felt by the member at once."""

from typing import Any

import pytest

from sandbox.client import Channel, Guild, Role, SandboxClient, User
from tests.e2e.admins import Desk
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, fields, is_settled, locked, shows_images, title

NOT_AN_ADMIN = "Only members with **Manage Server** can do that"


@pytest.fixture
def desk(world: SandboxClient, art: Channel) -> Desk:
    """In a plain channel."""
    return Desk(world=world, channel=art)


@pytest.fixture
async def patron(world: SandboxClient, garden: Guild, mara: User) -> Role:
    """A role, and Mara has it."""
    role = await world.add_role(garden, "Patron")
    await world.give_role(garden, mara, role)
    return role


@BOTH_ENGINES
async def test_a_limit_for_everybody_and_more_for_a_role_hold_from_the_next_order_on_and_after_a_restart(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User, mara: User, ben: User, patron: Role
) -> None:
    await bot.start(webhooks=True)
    assert await desk.says(ada, "admin quota set", hour="1", day="10") == (
        "Everybody: 1 image an hour · 10 images a day"
    )
    assert await desk.says(ada, "admin quota set", role=patron.id, hour="2", month="7") == (
        f"<@&{patron.id}>: 2 images an hour · 7 images a month\n"
        "-# Everybody may make at least as many a month already: that part changes nothing."
    )
    await bot.stop()
    await bot.start(webhooks=True)
    assert fields(await imagine(user=ben))["Quota"].startswith("1 image used · 0 of 1 an hour left · next back <t:")
    refusal = await imagine(user=ben, until=lambda seen: seen.ephemeral and is_settled(seen))
    assert title(refusal) == "Your quota is used up for now"
    assert description(refusal).startswith(
        "You asked for 1 image and have 0 left. The most in any hour here is 1 image.\n1 image will fit again <t:"
    )
    assert fields(await imagine(user=mara, count=2))["Quota"].startswith("2 images used · 0 of 2 an hour left")
    shown = await desk.says(ada, "admin quota show", member=mara.id)
    assert "**2** of **2** images used in the last hour\n-# All of them come back <t:" in shown
    assert f"-# Because of <@&{patron.id}>." in shown
    assert "**2** of **10** images used in the last 24 hours" in shown
    assert shown.endswith("-# The limit for everybody.")
    own = await desk(mara, "quota")
    assert title(own) == "0 images left"
    assert "The hour is full: your next image fits <t:" in description(own)
    entries = await bot.sql("SELECT actor_id, action, target, old_value, new_value FROM audit ORDER BY id")
    assert [tuple(entry.values()) for entry in entries] == [
        (ada.id, "quota.set", "", "", "hour 1, day 10"),
        (ada.id, "quota.set", f"<@&{patron.id}>", "", "hour 2, month 7"),
    ]


async def test_no_images_at_all_and_no_limit_of_its_own_are_told_apart(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=3)
    assert await desk.says(ada, "admin quota set", day="0") == "Everybody: 0 images a day"
    refusal = await imagine(until=lambda seen: seen.ephemeral and is_settled(seen))
    assert "This server allows you no images. Ask one of its admins." in description(refusal)
    assert await desk.says(ada, "admin quota set", day="none") == "Everybody: 3 images a day by the bot's own setting"
    assert shows_images(await imagine())
    for typed, refused in {"many": "not “many”", "-1": "not “-1”", "100001": "0 (no images at all) to 100,000"}.items():
        assert refused in await desk.says(ada, "admin quota set", hour=typed)
    assert "Say at least one of `hour`, `day` and `month`." in await desk.says(ada, "admin quota set")
    assert "3 images a day by the bot's own setting" in await desk.says(ada, "admin quota list")
    assert len(await bot.sql("SELECT id FROM audit")) == 2


@BOTH_ENGINES
async def test_a_grant_is_used_once_the_windows_are_full_added_to_and_taken_back(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User, mara: User
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    said = await desk.says(ada, "admin quota grant", member=mara.id, images=2, expires="7d")
    assert said.startswith(f"<@{mara.id}> has **2** granted images until <t:")
    await imagine()
    assert fields(await imagine())["Quota"].startswith("1 image used · 0 of 1 left")
    own = description(await desk(mara, "quota"))
    assert "🎁 **1** granted image besides, until <t:" in own
    said = await desk.says(ada, "admin quota grant", member=mara.id, images=3)
    assert said.startswith(f"<@{mara.id}> has **4** granted images until <t:")
    assert f"🎁 <@{mara.id}>: 4 of 5 granted images left, until <t:" in await desk.says(ada, "admin quota list")
    assert f"<@{mara.id}> has no granted images any more." == await desk.says(
        ada, "admin quota grant", member=mara.id, images=0
    )
    assert "has no granted images left. Nothing was changed." in await desk.says(
        ada, "admin quota grant", member=mara.id, images=0
    )
    refusal = await imagine(until=lambda seen: seen.ephemeral and is_settled(seen))
    assert title(refusal) == "Your quota is used up for now"
    assert "from one minute to 366 days ahead" in await desk.says(
        ada, "admin quota grant", member=mara.id, images=1, expires="367d"
    )
    assert [entry["action"] for entry in await bot.sql("SELECT action FROM audit")] == ["quota.grant"] * 3


async def test_a_reset_gives_everything_back_and_an_exemption_lifts_every_limit(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User, mara: User, patron: Role
) -> None:
    await bot.start(webhooks=True, quota_images_per_day=1)
    await imagine()
    assert "has made so far counts no more" in await desk.says(ada, "admin quota reset", member=mara.id)
    assert title(await desk(mara, "quota")) == "1 image left"
    assert "Counted anew since <t:" in await desk.says(ada, "admin quota show", member=mara.id)
    await imagine()
    for who in (mara.id, patron.id):
        assert "No limit of this server's quota counts for <@" in await desk.says(ada, "admin quota exempt", who=who)
        assert "is exempt already." in await desk.says(ada, "admin quota exempt", who=who)
        assert description(await desk(mara, "quota")) == "You are exempt from this server's limits."
        assert fields(await imagine())["Quota"] == "1 image used · no limit"
        listed = await desk.says(ada, "admin quota list")
        assert f"Exempt from every limit: <@{'&' if who == patron.id else ''}{who}>" in listed
        assert "counts for <@" in await desk.says(ada, "admin quota unexempt", who=who)
        assert "is not exempt." in await desk.says(ada, "admin quota unexempt", who=who)
    assert title(await desk(mara, "quota")) == "0 images left"


async def test_who_is_no_member_and_bots_get_nothing(
    bot: Bot, desk: Desk, world: SandboxClient, ada: User, garden: Guild
) -> None:
    await bot.start(webhooks=True)
    stranger, machine = await world.add_user("Stranger"), await world.bot()
    for command, options in {"grant": {"images": 1}, "reset": {}}.items():
        said = await desk.says(ada, f"admin quota {command}", member=stranger.id, **options)
        assert said == "Whoever you chose is not in this server: choose one of its members. Nothing was changed."
        said = await desk.says(ada, f"admin quota {command}", member=machine.id, **options)
        assert said == "Bots order no images: choose a person. Nothing was changed."
    assert "not in this server" in await desk.says(ada, "admin quota exempt", who=stranger.id)
    assert "Everybody cannot be exempt." in await desk.says(ada, "admin quota exempt", who=garden.id)
    assert "Everybody: 5 images a day" in await desk.says(ada, "admin quota set", role=garden.id, day="5")
    assert len(await bot.sql("SELECT id FROM audit")) == 1


async def test_the_list_has_pages_that_turn_for_admins_alone_and_after_a_restart(
    bot: Bot, desk: Desk, world: SandboxClient, art: Channel, ada: User
) -> None:
    await bot.start(webhooks=True)
    for number in range(20):
        await bot.sql(
            "INSERT INTO bans (guild_id, user_id, reason, banned_by, banned_at) VALUES (?, ?, 'spam', ?, ?)",
            art.guild_id,
            1_000 + number,
            ada.id,
            number,
        )
    await bot.stop()
    await bot.start(webhooks=True)
    page = await desk(ada, "admin quota list")
    assert len(description(page).splitlines()) == 15
    await world.press(ada, page, label="Later")
    turned = await world.wait_for_message(
        art, ada, lambda seen: seen.id == page.id and "<@1000>" in description(seen), PATIENCE
    )
    assert len(description(turned).splitlines()) == 6
    assert [button.disabled for button in turned.buttons] == [False, True]


@pytest.mark.usefixtures("everybody")
async def test_nothing_is_changed_for_members_nor_while_the_database_is_away(
    bot: Bot, desk: Desk, ada: User, olga: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    who = {"member": mara.id}
    commands: dict[str, dict[str, Any]] = {
        "list": {},
        "show": who,
        "set": {"day": "5"},
        "reset": who,
        "grant": {**who, "images": 5},
        "exempt": {"who": mara.id},
        "unexempt": {"who": mara.id},
    }
    for user in (olga, mara):
        for command, options in commands.items():
            assert NOT_AN_ADMIN in await desk.says(user, f"admin quota {command}", **options)
    async with locked(bot):
        assert "Nothing was changed." in await desk.says(ada, "admin quota set", day="5")
    assert "20 images a day by the bot's own setting" in await desk.says(ada, "admin quota list")
    assert await bot.sql("SELECT id FROM audit") == []


@pytest.mark.usefixtures("everybody")
async def test_one_servers_rules_are_nothing_to_another(
    bot: Bot, desk: Desk, world: SandboxClient, imagine: Imagine, ada: User, mara: User
) -> None:
    elsewhere = await world.add_guild("Elsewhere", mara)
    there = await world.add_channel(elsewhere, "paint")
    await world.join(elsewhere, ada)
    await bot.start(webhooks=True, quota_images_per_day=2)
    await desk.says(ada, "admin quota set", day="0")
    await desk.says(ada, "admin quota grant", member=mara.id, images=50)
    assert shows_images(await imagine(channel=there))
    paint = Desk(world=world, channel=there)
    assert title(await paint(mara, "quota")) == "1 image left"
    assert NOT_AN_ADMIN in await paint.says(ada, "admin quota set", day="7")
    listed = await paint.says(mara, "admin quota list")
    assert listed == "Everybody: 2 images a day by the bot's own setting"
