"""`/admin config`: a server's rules at a glance, as a file, and from a file after a question; and `/admin audit`."""

import base64
import json
from typing import Any

import pytest

from jobs.servers.rules import Caps, ContentRules, Pause, QuotaRules, ServerRules, Windows
from sandbox.client import Channel, Interaction, Message, SandboxClient, User
from tests.e2e.servers import Elsewhere
from tests.e2e.support import PATIENCE, Bot, description, eventually, fields, title, whole


async def rules(bot: Bot, guild_id: int) -> dict[str, Any]:
    """What is decided, as the database holds it."""
    rows = await bot.sql("SELECT rules FROM server_rules WHERE guild_id = ?", guild_id)
    return dict(json.loads(rows[0]["rules"])) if rows else {}


async def all_told(bot: Bot) -> bool | None:
    """Whether no entry waits for its channel any more."""
    return not await bot.sql("SELECT id FROM audit WHERE told = 0") or None


class Admin:
    """Types the commands and reads what they answer."""

    def __init__(self, world: SandboxClient, channel: Channel, user: User) -> None:
        self.world, self.channel, self.user = world, channel, user

    async def run(self, name: str, **options: Any) -> Message:
        """The answer to a command."""
        sent = await self.world.command(self.user, self.channel, f"admin {name}", options)
        return await self.answer(sent)

    async def answer(self, sent: Interaction) -> Message:
        """The answer to an interaction, or the message that it has changed."""
        return await self.world.wait_for_message(
            self.channel, self.user, lambda seen: seen.interaction_id == sent.id and not seen.loading, PATIENCE
        )

    async def bring(self, text: str) -> Message:
        """Import a file."""
        file = {"filename": "my.toml", "content_base64": base64.b64encode(text.encode()).decode()}
        return await self.run("config import", file=file)

    async def press(self, message: Message, label: str) -> Message:
        """Press a button; the message as it is then."""
        await self.world.press(self.user, message, label=label)
        return await self.world.wait_for_message(
            self.channel, self.user, lambda seen: seen.id == message.id and seen.edits > message.edits, PATIENCE
        )

    async def export(self) -> str:
        """The exported file."""
        message = await self.run("config export")
        return (await self.world.download(message.attachments[0])).decode()


@pytest.fixture
def admin(world: SandboxClient, art: Channel, ada: User) -> Admin:
    """An administrator in a plain channel."""
    return Admin(world, art, ada)


async def test_rules_go_out_as_a_file_and_come_back_changed_after_a_question(
    bot: Bot, world: SandboxClient, admin: Admin
) -> None:
    guild = await world.guild()
    await bot.decide(
        guild.id,
        ServerRules(
            quota=QuotaRules(windows=Windows(day=5)),
            content=ContentRules(words=("rude",)),
            pause=Pause(by=1, at=2, reason="later"),
        ),
    )
    await bot.start()
    text = await admin.export()
    assert "day = 5\n" in text
    assert '"rude",' in text
    assert title(await admin.bring(text)) == ""  # nothing to change

    changed = text.replace("day = 5\n", "day = 7\n").replace("# largest_count = 4", "largest_count = 2")
    asked = await admin.bring(changed.replace('"rude",', '"rude",\n    "worse",'))
    assert asked.ephemeral
    assert title(asked) == "The file changes 3 settings"
    assert description(asked) == (
        "• `quota.day`: 5 → 7\n• `make.largest_count`: undecided → 2\n• `content.words`: 1 → 2 (+1, -0)"
    )
    before = await rules(bot, guild.id)
    assert before["quota"] == {"windows": {"day": 5}}
    done = await admin.press(asked, "Apply")
    assert (done.buttons, done.attachments) == ((), ())
    after = await rules(bot, guild.id)
    assert (after["quota"], after["make"]) == ({"windows": {"day": 7}}, {"largest_count": 2})
    assert (after["content"]["words"], after["pause"]) == (["rude", "worse"], before["pause"])
    await eventually(lambda: all_told(bot))  # there is no channel to be told
    entries = await bot.sql("SELECT * FROM audit WHERE actor_id = ?", admin.user.id)
    assert [(each["action"], each["old_value"], each["new_value"]) for each in entries] == [
        ("config.import", "quota.day 5; content.words 1", "quota.day 7; make.largest_count 2; content.words 2 (+1, -0)")
    ]
    shown = fields(await admin.run("config show"))
    assert "**7** within 24 hours" in shown["Quota"]
    assert "Images at once, at most: **2**" in shown["What"]


async def test_a_file_with_faults_changes_nothing_and_names_each_by_its_line(
    bot: Bot, world: SandboxClient, admin: Admin, elsewhere: Elsewhere
) -> None:
    """A channel of another server is one of them."""
    guild = await world.guild()
    await bot.start()
    told = await admin.bring(
        f"[quota]\nday = -1\n\n[places]\nallowed = [{admin.channel.id},\n  {elsewhere.lounge.id}]\n"
        "[content]\npatterns = ['(']"
    )
    assert title(told) == "3 faults in the file"
    lines = description(told).splitlines()
    assert lines[0] == "• Line 2: `day` is a whole number from 0 to 100,000."
    assert lines[1].startswith(f"• Line 6: There is no channel `{elsewhere.lounge.id}` in this server")
    assert lines[2].startswith("• Line 8: `(` is no pattern")
    assert told.buttons == ()
    told = await admin.bring("[quota]\nday = 5\nday 6\n")
    assert description(told).startswith("• Line 3: This cannot be read")
    assert await rules(bot, guild.id) == {}


async def test_the_question_works_after_a_restart_and_is_asked_again_where_the_rules_have_changed(
    bot: Bot, world: SandboxClient, admin: Admin
) -> None:
    guild = await world.guild()
    await bot.start()
    asked = await admin.bring("[caps]\nday = 2\n")
    await bot.stop()
    await bot.decide(guild.id, ServerRules(caps=Caps(month=9_000_000)))
    await bot.start()
    asked = await admin.press(asked, "Apply")
    assert description(asked) == (
        "The rules were changed meanwhile: look again at what the file changes now.\n"
        "• `caps.day`: undecided → $2.00\n• `caps.month`: $9.00 → undecided"
    )
    assert await rules(bot, guild.id) == {"caps": {"month": 9_000_000}}
    asked = await admin.press(asked, "Apply")
    assert await rules(bot, guild.id) == {"caps": {"day": 2_000_000}}
    asked = await admin.bring("[caps]\nday = 3\n")
    await admin.press(asked, "Cancel")
    assert await rules(bot, guild.id) == {"caps": {"day": 2_000_000}}


async def test_the_audit_channel_is_told_also_of_what_it_could_not_be_told_before(
    bot: Bot, world: SandboxClient, admin: Admin
) -> None:
    """A channel that the bot may not write to is named in the panel; nothing is lost, a restart included."""
    guild = await world.guild()
    log = await world.add_channel(guild, "audit")
    await world.set_permissions(log, deny=["send_messages"])
    await bot.start()
    asked = await admin.bring(f"[channels]\naudit = {log.id}\n")
    await admin.press(asked, "Apply")
    await admin.run("pause", reason="a <@1> break")
    panel = await admin.run("setup")
    assert f"In <#{log.id}> I lack **Send Messages**" in description(panel)
    await bot.stop()
    await world.set_permissions(log)
    await bot.start()
    told = await world.wait_for_message(log, admin.user, lambda seen: title(seen) == "2 changes", PATIENCE)
    text = description(told)
    assert f"<@{admin.user.id}>: **imported rules from a file**\n-# nothing → channels.audit <#{log.id}>" in text
    assert text.index("imported") < text.index("**paused the server**\n-# nothing → a <@1> break")
    await admin.run("resume")
    await world.wait_for_message(log, admin.user, lambda seen: "resumed the server" in whole(seen), PATIENCE)
    assert len(await world.messages(log, admin.user)) == 2
    await eventually(lambda: all_told(bot))


async def test_the_audit_log_is_read_page_by_page(bot: Bot, world: SandboxClient, admin: Admin) -> None:
    guild = await world.guild()
    for day in range(10):
        await bot.decide(guild.id, ServerRules(quota=QuotaRules(windows=Windows(day=day))))
    await bot.start()
    first = await admin.run("audit")
    assert description(first).count("imported rules") == 8
    older = await admin.press(first, "Older")
    assert description(older).count("imported rules") == 2
    newest = await admin.press(older, "Newest")
    assert description(newest) == description(first)


@pytest.mark.usefixtures("everybody")
async def test_nobody_but_an_admin_of_this_server_reads_or_applies(
    bot: Bot, world: SandboxClient, art: Channel, ben: User, elsewhere: Elsewhere
) -> None:
    """What an admin of another server does there concerns that server alone."""
    guild = await world.guild()
    await bot.decide(guild.id, ServerRules(caps=Caps(day=5_000_000)))
    await bot.start()
    member = Admin(world, art, ben)
    for name in ("config show", "config export", "audit", "pause", "resume"):
        assert "Only members with **Manage Server**" in description(await member.run(name))
    assert "Only members" in description(await member.bring("[caps]\nday = 9\n"))
    there = Admin(world, elsewhere.lounge, elsewhere.zoe)
    assert "$5.00" not in whole(await there.run("config show"))
    assert "imported" not in whole(await there.run("audit"))
    assert "\nday = 5" not in await there.export()
    await there.press(await there.bring("[caps]\nday = 9\n"), "Apply")
    assert await rules(bot, elsewhere.guild.id) == {"caps": {"day": 9_000_000}}
    assert await rules(bot, guild.id) == {"caps": {"day": 5_000_000}}
