"""Reported images reach a server's moderators, who remove, dismiss or ban; nothing is lost, and nobody else decides."""

import io

import pytest
from PIL import Image

from jobs.servers.rules import Channels, ContentRules, ServerRules
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.presses import Hands
from tests.e2e.servers import give, make_elsewhere
from tests.e2e.support import (
    BOTH_ENGINES,
    PATIENCE,
    Bot,
    description,
    eventually,
    fields,
    is_settled,
    shows_images,
    title,
)


@pytest.fixture
async def desk(bot: Bot, world: SandboxClient) -> Channel:
    """The moderators' channel, chosen before the bot starts."""
    guild = await world.guild()
    desk = await world.add_channel(guild, "mod-desk")
    await bot.decide(guild.id, ServerRules(channels=Channels(reports=desk.id)))
    return desk


@pytest.fixture
def hands(world: SandboxClient, art: Channel) -> Hands:
    return Hands(world, art)


async def report(hands: Hands, user: User, message: Message, reason: str = "not a fox") -> Message:
    """Report a result; what is said to it."""
    return await hands.send_form(user, await hands.open_form(user, message, "Report"), {"reason": reason})


async def case(world: SandboxClient, desk: Channel, viewer: User, *, reports: int = 1) -> Message:
    """The message that gathers so many reports."""
    name = f"{reports} report" if reports == 1 else f"{reports} reports"
    return await world.wait_for_message(desk, viewer, lambda seen: name in fields(seen), PATIENCE)


async def decided(world: SandboxClient, desk: Channel, viewer: User, said: str) -> Message:
    """The same once it tells this decision."""
    return await world.wait_for_message(
        desk, viewer, lambda seen: said in fields(seen).get("Decision", "") + fields(seen).get("Ban", ""), PATIENCE
    )


def labels(message: Message) -> list[str | None]:
    return [button.label for button in message.buttons]


@BOTH_ENGINES
async def test_moderators_see_what_was_reported_and_remove_it_everywhere_also_after_a_restart(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, mara: User, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine(prompt="a *red* fox", count=2)
    job = await bot.wait_for_job("delivered")
    said = await report(hands, ben, first, "not a @everyone fox")
    assert description(said) == "Thank you. Your report is kept, and the moderators of this server can see it."
    told = await case(world, desk, olga)
    assert title(told) == "Reported image"
    assert description(told) == "a \\*red\\* fox"
    assert fields(told)["Made by"] == f"<@{mara.id}>"
    assert fields(told)["Where"].endswith(f"/{first.channel_id}/{first.id}")
    assert fields(told)["1 report"] == f"• <@{ben.id}>: not a @\u200beveryone fox"
    assert told.pinged_ids == ()
    assert [each.filename for each in told.attachments] == [f"reported-{job['id']}-{n}.webp" for n in (1, 2)]
    assert all(max(each.width or 9_999, each.height or 9_999) <= 768 for each in told.attachments)
    with Image.open(io.BytesIO(await world.download(told.attachments[0]))) as picture:
        assert "exif" not in picture.info  # the prompt is not carried on
    await bot.stop()
    await bot.start(webhooks=True)
    await world.press(olga, told, label="Remove")
    after = await decided(world, desk, olga, f"Removed by <@{olga.id}>")
    assert after.id == told.id
    assert after.attachments == ()
    assert fields(after)["Where"] == "nowhere any more"
    assert labels(after) == ["Ban"]
    assert (await world.message(first)).deleted
    [row] = await bot.sql("SELECT hidden_at FROM jobs")
    assert row["hidden_at"]
    [entry] = await bot.sql("SELECT actor_id, action, target FROM audit WHERE action <> 'config.import'")
    assert entry == {"actor_id": olga.id, "action": "image.remove", "target": job["id"]}
    history = await hands.answer(await world.command(mara, hands.channel, "history"), mara)
    assert not history.buttons


async def test_several_reports_of_one_image_are_one_message_and_a_dismissed_one_can_still_be_removed(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ben: User, olga: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await report(hands, ben, first)
    told = await case(world, desk, olga)
    await report(hands, ada, first, "me too")
    again = await case(world, desk, olga, reports=2)
    assert again.id == told.id
    assert len(again.attachments) == 1
    assert f"• <@{ada.id}>: me too" in fields(again)["2 reports"]
    await world.press(olga, told, label="Dismiss")
    after = await decided(world, desk, olga, "Dismissed by")
    assert labels(after) == ["Remove", "Ban"]
    assert not (await world.message(first)).deleted
    await world.press(ada, after, label="Remove")
    await decided(world, desk, olga, f"Removed by <@{ada.id}>")
    assert (await world.message(first)).deleted
    actions = [row["action"] for row in await bot.sql("SELECT action FROM audit ORDER BY id")]
    assert actions == ["config.import", "report.dismiss", "image.remove"]
    assert await bot.sql("SELECT * FROM reports WHERE told_at IS NULL") == []


async def test_whoever_decides_second_is_told_that_it_is_decided(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ben: User, olga: User, ada: User
) -> None:
    await bot.start(webhooks=True)
    await report(hands, ben, await imagine())
    told = await case(world, desk, olga)
    await eventually(lambda: _named(bot))
    await bot.sql("UPDATE report_cases SET decision = 'dismissed', decided_by = ?, decided_at = 0", ada.id)
    said = await Hands(world, desk).answer(await world.press(olga, told, label="Dismiss"), olga)
    assert "Somebody else has decided already" in description(said)
    await decided(world, desk, olga, f"Dismissed by <@{ada.id}>")
    assert await bot.sql("SELECT * FROM audit WHERE action <> 'config.import'") == []


async def test_whoever_may_ban_bans_from_the_report_and_waiting_jobs_are_cancelled(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, mara: User, olga: User, ben: User
) -> None:
    await give(world, ben, "Wardens", "ban_members")
    await bot.start(webhooks=True)
    first = await imagine()
    await report(hands, olga, first)
    told, there = await case(world, desk, ben), Hands(world, desk)
    said = await there.answer(await world.press(olga, told, label="Ban"), olga)
    assert "Ban Members" in description(said)
    said = await there.answer(await world.press(ben, told, label="Remove"), ben)
    assert "Only moderators" in description(said)
    form = await there.open_form(ben, told, "Ban")
    said = await there.send_form(ben, form, {"reason": "no foxes", "for": "soon"})
    assert "`for`" in description(said)
    form = await there.open_form(ben, told, "Ban")
    said = await there.send_form(ben, form, {"reason": "no *foxes*", "for": "7d"})
    assert f"<@{mara.id}> can order nothing here until" in description(said)
    after = await decided(world, desk, olga, "no \\*foxes\\*")
    assert labels(after) == ["Remove", "Dismiss"]
    refused = await imagine(until=is_settled)
    assert "no \\*foxes\\*" in description(refused)
    assert not shows_images(refused)
    [entry] = await bot.sql("SELECT actor_id, target FROM audit WHERE action = 'ban'")
    assert entry == {"actor_id": ben.id, "target": f"{mara.id}"}


async def test_nobody_bans_an_admin_from_a_report(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ada: User, ben: User
) -> None:
    await give(world, ben, "Wardens", "ban_members")
    await bot.start(webhooks=True)
    await report(hands, ben, await imagine(user=ada))
    there = Hands(world, desk)
    form = await there.open_form(ben, await case(world, desk, ben), "Ban")
    said = await there.send_form(ben, form, {"reason": "because"})
    assert "only the owner of this server can ban them" in description(said)
    assert await bot.sql("SELECT * FROM bans") == []


async def test_members_and_other_servers_decide_nothing(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ben: User, olga: User, ada: User
) -> None:
    elsewhere = await make_elsewhere(world)
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await report(hands, ben, first)
    told, there = await case(world, desk, olga), Hands(world, desk)
    for label, why in (("Remove", "Only moderators"), ("Dismiss", "Only moderators"), ("Ban", "Ban Members")):
        assert why in description(await there.answer(await world.press(ben, told, label=label), ben))
    await bot.sql("UPDATE jobs SET guild_id = ?", elsewhere.guild.id)  # as if the ids were forged under this message
    for label in ("Remove", "Dismiss"):
        said = await there.answer(await world.press(olga, told, label=label), olga)
        assert "record is not kept any more" in description(said)
    form = await there.open_form(ada, told, "Ban")
    assert "record is not kept any more" in description(await there.send_form(ada, form, {"reason": "x"}))
    assert await bot.sql("SELECT * FROM bans") == []
    assert not (await world.message(first)).deleted
    assert await bot.sql("SELECT * FROM report_cases WHERE decision IS NOT NULL") == []


@pytest.mark.parametrize("covered", [True, False])
async def test_an_image_for_adults_is_covered_for_moderators_too(
    covered: bool, bot: Bot, imagine: Imagine, world: SandboxClient, dark: Channel, desk: Channel, ben: User, olga: User
) -> None:
    assert dark.guild_id is not None
    rules = ServerRules(channels=Channels(reports=desk.id), content=ContentRules(spoiler=covered))
    await bot.decide(dark.guild_id, rules)
    await bot.start(webhooks=True)
    first = await imagine(channel=dark)
    await report(Hands(world, dark), ben, first)
    told = await case(world, desk, olga)
    assert [each.filename[:8] for each in told.attachments] == ["SPOILER_"]


async def test_a_private_image_is_reported_without_being_shown(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, mara: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    await report(hands, mara, await imagine(prompt="a secret fox", private=True))
    told = await case(world, desk, olga)
    assert told.attachments == ()
    assert "It is private" in description(told)
    assert "secret" not in str(told.embeds)


async def test_what_could_not_be_told_before_a_restart_is_told_after_it(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await world.add_fault("discord.create_message", "status", status=500, times=50)
    await report(hands, ben, first)
    await eventually(lambda: _reported(bot))
    await bot.stop()
    assert [seen for seen in await world.messages(desk, olga) if fields(seen)] == []
    await world.clear_faults()
    await bot.start(webhooks=True)
    await case(world, desk, olga)


async def _named(bot: Bot) -> bool | None:
    return bool(await bot.sql("SELECT * FROM report_cases WHERE message_id IS NOT NULL")) or None


async def _reported(bot: Bot) -> bool | None:
    return bool(await bot.sql("SELECT * FROM reports")) or None


async def test_a_channel_that_cannot_be_written_to_leaves_it_to_the_operator(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ben: User, olga: User
) -> None:
    operators = await world.add_channel(await world.guild(), "operators")
    await world.remove_channel(desk)
    await bot.start(webhooks=True, operator_channel_id=operators.id)
    await report(hands, ben, await imagine())
    told = await world.wait_for_message(operators, olga, lambda _: True, PATIENCE)
    assert f"<@{ben.id}>: not a fox" in told.content


async def test_a_message_that_moderators_have_deleted_is_posted_anew_with_the_next_report(
    bot: Bot, imagine: Imagine, world: SandboxClient, hands: Hands, desk: Channel, ben: User, olga: User
) -> None:
    await bot.start(webhooks=True)
    first = await imagine()
    await bot.wait_for_job("delivered")
    await report(hands, ben, first)
    told = await case(world, desk, olga)
    await world.delete_message(olga, told)
    await report(hands, olga, first)
    again = await case(world, desk, olga, reports=2)
    assert again.id != told.id
    assert shows_images(again)
