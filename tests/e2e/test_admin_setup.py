"""`/admin setup` as an admin meets it: what is in the way, every page, and a first image."""

import json
from typing import Any

import pytest

from jobs.servers.rules import (
    EVERYWHERE,
    Caps,
    Channels,
    MakeRules,
    Pause,
    PlaceRules,
    QuotaRules,
    ServerRules,
    Windows,
)
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.panels import Panel
from tests.e2e.servers import Elsewhere
from tests.e2e.support import PATIENCE, Bot, description, eventually, is_settled, title


async def rules(bot: Bot, guild_id: int) -> dict[str, Any]:
    """What is decided, as the database holds it."""
    rows = await bot.sql("SELECT rules FROM server_rules WHERE guild_id = ?", guild_id)
    return dict(json.loads(rows[0]["rules"])) if rows else {}


async def is_ready(bot: Bot) -> bool | None:
    """Whether it knows its servers: until then a new one cannot be told from those."""
    return any(entry["event"] == "ready" for entry in bot.log) or None


async def refusal(world: SandboxClient, channel: Channel, user: User, interaction_id: int) -> str:
    """What only its user reads."""
    seen = await world.wait_for_message(
        channel, user, lambda message: message.interaction_id == interaction_id and not message.loading, PATIENCE
    )
    assert seen.ephemeral
    return description(seen)


async def test_every_page_decides_what_it_shows_and_everything_is_audited(
    bot: Bot, world: SandboxClient, art: Channel, ada: User
) -> None:
    """One admin's walk over all pages; what is chosen is shown as chosen, and counts at once."""
    guild = await world.guild()
    artists = await world.add_role(guild, "Artists")
    mods = await world.add_channel(guild, "mods")
    await bot.start()
    panel = await Panel.opened(world, art, ada)
    assert (panel.title, panel.fields["Try it"][:9]) == ("Ready", "`/imagine")

    await panel.page("quota")
    await panel.fill_in("windows", hour="5", day="", month="100")
    assert "**5** within an hour · **20** within 24 hours · **100** within 30 days" in panel.text
    await panel.page("money")
    await panel.fill_in("caps", day="2.50", month="")
    assert panel.text == "A day, at most: **$2.50**\nA month, at most: no cap"
    await panel.page("where")
    await panel.choose("allowed", art.id)
    await panel.choose("denied", mods.id)
    assert panel.text == f"Images are made in <#{art.id}> only.\nNot in <#{mods.id}>."
    assert panel.component("allowed")["default_values"] == [{"id": str(art.id), "type": "channel"}]
    await panel.page("what")
    await panel.choose("models", "flux-lora")
    await panel.choose("raw_sources", "moderators")
    await panel.choose("approvers", artists.id)
    await panel.press("private")
    await panel.press("approval")
    await panel.fill_in("bounds", count="2", side="1024")
    await panel.page("content")
    await panel.press("spoiler")
    await panel.fill_in("retention", days="30")
    await panel.page("channels")
    for what in ("reports", "audit", "warnings"):
        await panel.choose(what, mods.id)
    assert panel.text.count(f"<#{mods.id}>") == 3
    await panel.choose("reports")  # nothing: back to the operator
    await panel.page("start")
    assert panel.title == "Ready"

    assert await rules(bot, guild.id) == {
        "quota": {"windows": {"hour": 5, "month": 100}},
        "caps": {"day": 2_500_000},
        "content": {"spoiler": True},
        "places": {"allowed": [art.id], "denied": [mods.id]},
        "make": {"models": ["flux-lora"], "largest_count": 2, "largest_side": 1024, "private": False},
        "library": {"approval": True, "raw_sources": "moderators", "approvers": [artists.id]},
        "channels": {"audit": mods.id, "warnings": mods.id},
        "retention_days": 30,
    }
    await world.wait_for_message(mods, ada, lambda seen: "changed where admins are told" in description(seen), PATIENCE)
    entries = await bot.sql("SELECT action, actor_id FROM audit ORDER BY id")
    assert {entry["actor_id"] for entry in entries} == {ada.id}
    assert [entry["action"] for entry in entries] == [
        "quota.set", "caps.set", "places.set", "places.set", "make.set", "library.set", "library.set", "make.set",
        "library.set", "make.set", "content.set", "retention.set", "channels.set", "channels.set", "channels.set",
        "channels.set",
    ]  # fmt: skip


async def test_what_is_missing_is_told_with_its_place_and_gone_when_it_is_mended(
    bot: Bot, world: SandboxClient, art: Channel, ada: User, imagine: Imagine
) -> None:
    """From an invitation into a server that lets the bot do little, to a first image."""
    guild = await world.guild()
    closed = await world.add_channel(guild, "closed")
    await world.set_permissions(closed, deny=["attach_files", "embed_links"])
    await bot.start()
    panel = await Panel.opened(world, art, ada)
    assert panel.title == "Ready"
    await panel.page("where")
    await panel.choose("allowed", closed.id)
    await panel.page("start")
    assert panel.title == "Almost ready"
    assert f"In <#{closed.id}> I lack **Embed Links**, **Attach Files**" in panel.text
    await world.set_permissions(closed)
    await panel.press("again")
    assert panel.title == "Ready"
    await panel.press("pause")
    assert "This server is paused: press Resume." in panel.text
    await panel.press("resume")
    await panel.page("money")
    await panel.fill_in("caps", day="0", month="")
    await panel.page("start")
    assert "A spending cap is $0" in panel.text
    await panel.page("money")
    await panel.fill_in("caps", day="", month="")
    assert (await imagine(channel=closed)).attachments


async def test_what_cannot_be_taken_is_told_and_changes_nothing(
    bot: Bot, world: SandboxClient, art: Channel, ada: User
) -> None:
    guild = await world.guild()
    await bot.start()
    panel = await Panel.opened(world, art, ada)
    for page, form, typed, said in (
        ("quota", "windows", {"hour": "many", "day": "", "month": ""}, "`hour` takes a whole number from 0"),
        ("money", "caps", {"day": "5", "month": "1,5"}, "Type an amount in US dollars"),
        ("what", "bounds", {"count": "0", "side": ""}, "a whole number from 1 to 100"),
        ("what", "bounds", {"count": "2", "side": "100"}, "a whole number from 512 to 4,096"),
        ("content", "retention", {"days": "-1"}, "a whole number from 1 to 36,500"),
    ):
        await panel.page(page)
        sent = await panel.submit(form, **typed)
        text = await refusal(world, art, ada, sent.id)
        assert said in text
        assert "Nothing was changed." in text
    assert await rules(bot, guild.id) == {}


async def test_a_panel_works_after_a_restart(bot: Bot, world: SandboxClient, art: Channel, ada: User) -> None:
    guild = await world.guild()
    await bot.start()
    panel = await Panel.opened(world, art, ada)
    await panel.page("what")
    await bot.stop()
    await bot.start()
    await panel.press("private")
    await panel.fill_in("bounds", count="1", side="")
    assert await rules(bot, guild.id) == {"make": {"private": False, "largest_count": 1}}


@pytest.mark.usefixtures("everybody")
async def test_only_admins_and_only_of_the_server_they_are_in(
    bot: Bot, world: SandboxClient, art: Channel, ada: User, ben: User, elsewhere: Elsewhere
) -> None:
    """A member is refused at the command; with an admin's panel too; an admin elsewhere decides for elsewhere."""
    guild = await world.guild()
    await bot.start()
    sent = await world.command(ben, art, "admin setup")
    assert "Only members with **Manage Server**" in await refusal(world, art, ben, sent.id)
    there = await Panel.opened(world, elsewhere.lounge, elsewhere.zoe)
    await there.page("what")
    await there.press("private")
    assert await rules(bot, elsewhere.guild.id) == {"make": {"private": False}}
    assert await rules(bot, guild.id) == {}
    sent = await world.command(ada, elsewhere.lounge, "admin pause")
    assert "Only members with **Manage Server**" in await refusal(world, elsewhere.lounge, ada, sent.id)


async def test_an_invited_bot_says_what_to_type_first(bot: Bot, world: SandboxClient) -> None:
    """In the channel for Discord's own messages, once."""
    await bot.start()
    await eventually(lambda: is_ready(bot))
    zoe = await world.add_user("Zoe")
    guild = await world.add_guild("New Home", zoe, with_bot=False)
    lounge = await world.add_channel(guild, "lounge")
    await world.set_system_channel(guild, lounge)
    await world.join(guild, await world.bot())

    def greets(seen: Message) -> bool:
        return title(seen) == "I make images from words"

    greeting = await world.wait_for_message(lounge, zoe, greets, PATIENCE)
    assert "`/admin setup`" in description(greeting)
    panel = await Panel.opened(world, lounge, zoe)
    assert panel.title == "Ready"
    assert len([seen for seen in await world.messages(lounge, zoe) if greets(seen)]) == 1


async def test_everything_that_is_in_the_way_is_told_at_once(
    bot: Bot, world: SandboxClient, art: Channel, ada: User, imagine: Imagine
) -> None:
    """Decisions that allow nothing, channels that are gone, keys that no API takes."""
    guild = await world.guild()
    gone = await world.add_channel(guild, "gone")
    await bot.start(aimlapi_api_key="")
    await world.add_fault("eachlabs.create", "status", status=401, times=9)
    await imagine(until=is_settled)
    panel = await Panel.opened(world, art, ada)
    assert panel.text.splitlines()[1:] == [
        "⚠️ No image service works with the bot's keys right now: its operator has to mend that."
    ]
    await world.clear_faults()
    await bot.stop()
    await bot.decide(EVERYWHERE, ServerRules(pause=Pause(by=0, at=1), caps=Caps(day=0)))
    await bot.decide(
        guild.id,
        ServerRules(
            quota=QuotaRules(windows=Windows(day=0)),
            make=MakeRules(models=frozenset()),
            places=PlaceRules(allowed=frozenset({gone.id})),
            channels=Channels(audit=gone.id),
        ),
    )
    await world.remove_channel(gone)
    await bot.start()
    panel = await Panel.opened(world, art, ada)
    said = [line.removeprefix("⚠️ ") for line in panel.text.splitlines()[1:]]
    assert said[:6] == [
        "The bot's operator has paused the whole bot. Please wait, or ask them.",
        "None of the allowed models is on offer: allow others under What.",
        "The bot's operator lets nothing be spent right now.",
        "Members may make 0 images: raise that under Quota.",
        "No channel is left where images may be made: choose some under Where.",
        "A channel that admins are told in is gone: choose another under Channels.",
    ]
    assert all("Changes could not be told" in line for line in said[6:])
