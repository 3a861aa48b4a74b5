"""Bans: felt at once by every way of ordering, told with reason and time, lifted, and whom they may not hit."""

import pytest

from sandbox.client import Channel, Guild, Message, SandboxClient, User
from tests.e2e.admins import Desk
from tests.e2e.conftest import Imagine
from tests.e2e.presses import Hands
from tests.e2e.support import (
    BOTH_ENGINES,
    PATIENCE,
    Bot,
    description,
    eventually,
    is_settled,
    locked,
    shows_images,
    title,
)

NOT_AN_ADMIN = "Only members with **Manage Server** can do that"


@pytest.fixture
def desk(world: SandboxClient, art: Channel) -> Desk:
    """In a plain channel."""
    return Desk(world=world, channel=art)


def refused(seen: Message) -> bool:
    return seen.ephemeral and is_settled(seen)


@BOTH_ENGINES
async def test_a_banned_member_is_told_why_and_until_when_by_commands_and_buttons_also_after_a_restart(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User, mara: User, ben: User
) -> None:
    await bot.start(webhooks=True)
    result = await imagine()
    said = await desk.says(ada, "admin ban", member=mara.id, reason="spam  in\n*every* channel", **{"for": "7d"})
    assert said.startswith(f"<@{mara.id}> can order nothing here until <t:")
    assert "They read: “spam in \\*every\\* channel”\nNothing of theirs was waiting." in said
    for restarted in (False, True):
        if restarted:
            await bot.stop()
            await bot.start(webhooks=True)
        typed = description(await imagine(until=refused))
        pressed = description(await Hands(desk.world, desk.channel).press(mara, result, "Again"))
        for answer in (typed, pressed):
            assert "You cannot make images in this server until <t:" in answer
            assert "spam in \\*every\\* channel\nAsk an admin about it." in answer
    assert "You cannot make images in this server" in await desk.says(mara, "quota")
    assert f"🚫 <@{mara.id}>, banned by <@{ada.id}> until <t:" in await desk.says(ada, "admin quota list")
    assert f"🚫 <@{mara.id}>, banned by <@{ada.id}> until <t:" in await desk.says(
        ada, "admin quota show", member=mara.id
    )
    assert len(await bot.jobs()) == 1
    assert shows_images(await imagine(user=ben))
    assert await desk.says(ada, "admin unban", member=mara.id) == f"<@{mara.id}> can order images here again."
    assert (
        await desk.says(ada, "admin unban", member=mara.id)
        == f"<@{mara.id}> is not banned here: `/admin quota list` shows who is."
    )
    assert shows_images(await imagine())
    entries = await bot.sql("SELECT action, target FROM audit ORDER BY id")
    assert [tuple(entry.values()) for entry in entries] == [("ban", f"{mara.id}"), ("unban", f"{mara.id}")]


@BOTH_ENGINES
async def test_what_waits_of_theirs_is_cancelled_and_what_is_being_made_is_delivered(
    bot: Bot, desk: Desk, world: SandboxClient, art: Channel, ada: User, mara: User, ben: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    for number, user in enumerate((mara, mara, mara, ben)):
        await world.command(user, art, "imagine", {"prompt": f"fox {number}"})
        await bot.wait_for_job("running" if number == 0 else "queued", number=number)
    said = await desk.says(ada, "admin ban", member=mara.id, reason="spam")
    assert "2 waiting jobs of theirs were cancelled. What is being made already is finished." in said
    await world.set_eachlabs(hold=False)

    async def over() -> bool | None:
        found = sorted((job["user_id"], job["status"]) for job in await bot.jobs())
        expected = [(mara.id, "cancelled"), (mara.id, "cancelled"), (mara.id, "delivered"), (ben.id, "delivered")]
        return found == sorted(expected) or None

    await eventually(over)
    assert await bot.images_charged() == 2


async def test_what_waits_stays_where_the_admin_wants_it(
    bot: Bot, desk: Desk, world: SandboxClient, art: Channel, ada: User, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start(webhooks=True, eachlabs_concurrency=1)
    for number in range(2):
        await world.command(mara, art, "imagine", {"prompt": f"fox {number}"})
        await bot.wait_for_job("running" if number == 0 else "queued", number=number)
    said = await desk.says(ada, "admin ban", member=mara.id, reason="spam", cancel_waiting=False)
    assert said == f"<@{mara.id}> can order nothing here. They read: “spam”"
    await world.set_eachlabs(hold=False)
    await bot.wait_for_job("delivered", number=1)


async def test_nobody_bans_themselves_the_owner_or_a_bot_and_only_the_owner_bans_an_admin(
    bot: Bot, desk: Desk, world: SandboxClient, garden: Guild, ada: User, otto: User, mara: User
) -> None:
    eve = await world.add_user("Eve")
    await world.join(garden, eve, ["manage_guild"])
    await bot.start(webhooks=True)
    machine = await world.bot()
    refusals = {
        (ada, ada): "You cannot ban yourself: choose somebody else.",
        (otto, otto): "You cannot ban yourself: choose somebody else.",
        (ada, otto): "The owner of a server cannot be banned in it: choose somebody else.",
        (ada, eve): f"<@{eve.id}> has **Manage Server**: only the owner of this server can ban them.",
        (eve, ada): f"<@{ada.id}> has **Manage Server**: only the owner of this server can ban them.",
        (ada, machine): "Bots order no images: choose a person.",
    }
    for (by, whom), refusal in refusals.items():
        assert await desk.says(by, "admin ban", member=whom.id, reason="x") == f"{refusal} Nobody was banned."
    assert "a day like" in await desk.says(ada, "admin ban", member=mara.id, reason="x", **{"for": "soon"})
    assert "needs a reason" in await desk.says(ada, "admin ban", member=mara.id, reason="  ")
    assert await bot.sql("SELECT * FROM bans") == []
    assert "can order nothing here" in await desk.says(otto, "admin ban", member=eve.id, reason="x")
    stranger = await world.add_user("Stranger")
    assert "can order nothing here" in await desk.says(
        ada, "admin ban", member=stranger.id, reason="left, and may return"
    )


@pytest.mark.usefixtures("everybody")
async def test_a_ban_is_of_one_server_and_only_its_admins_touch_it(
    bot: Bot, desk: Desk, world: SandboxClient, imagine: Imagine, ada: User, olga: User, mara: User, ben: User
) -> None:
    elsewhere = await world.add_guild("Elsewhere", ben)
    there = await world.add_channel(elsewhere, "paint")
    await world.join(elsewhere, mara)
    await bot.start(webhooks=True)
    for user in (olga, mara):
        assert NOT_AN_ADMIN in await desk.says(user, "admin ban", member=ben.id, reason="x")
        assert NOT_AN_ADMIN in await desk.says(user, "admin unban", member=mara.id)
    await desk.says(ada, "admin ban", member=mara.id, reason="spam")
    assert shows_images(await imagine(channel=there))
    assert (
        await Desk(world=world, channel=there).says(ben, "admin unban", member=mara.id)
        == f"<@{mara.id}> is not banned here: `/admin quota list` shows who is."
    )
    assert title(await imagine(until=refused)) == ""
    assert len(await bot.jobs()) == 1


async def test_the_operators_ban_holds_in_every_server_and_no_admin_lifts_it(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    await bot.stop()
    await bot.sql(
        "INSERT INTO bans (guild_id, user_id, reason, banned_by, banned_at) VALUES (-1, ?, 'abuse', 0, 1)", mara.id
    )
    await bot.start(webhooks=True)
    said = description(await imagine(until=refused))
    assert said == "You cannot make images with this bot any more: abuse\nIts operator decides."
    assert "alone can lift that" in await desk.says(ada, "admin unban", member=mara.id)
    assert "Banned everywhere by the bot's operator" in await desk.says(ada, "admin quota show", member=mara.id)
    assert "abuse" not in await desk.says(ada, "admin quota list")


async def test_without_a_database_nobody_is_banned(
    bot: Bot, desk: Desk, imagine: Imagine, ada: User, mara: User
) -> None:
    await bot.start(webhooks=True)
    async with locked(bot):
        assert "Nothing was changed." in await desk.says(ada, "admin ban", member=mara.id, reason="spam")
    assert shows_images(await imagine())


async def test_whoever_had_their_data_deleted_is_banned_again_by_their_own_name(
    bot: Bot, desk: Desk, world: SandboxClient, ada: User, mara: User
) -> None:
    """The ban goes on under their former id, which is for nobody to read."""
    await bot.start(webhooks=True)
    for reason in ("spam", "spam again"):
        said = await desk.says(ada, "admin ban", member=mara.id, reason=reason)
        assert said.startswith(f"<@{mara.id}> can order nothing here. They read: “{reason}”")
        question = await desk(mara, "privacy delete")
        await world.press(mara, question, label="Delete my data for good")
        await world.wait_for_message(
            desk.channel,
            mara,
            lambda seen, asked=question.id: seen.id == asked and "are deleted" in description(seen),  # type: ignore[misc]
            PATIENCE,
        )
    assert await bot.sql("SELECT user_id FROM bans WHERE user_id > 0") == []
