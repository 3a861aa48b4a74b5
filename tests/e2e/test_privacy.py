"""`/privacy`: one's own data as a file, and their deletion, after which quota and bans hold all the same."""

import asyncio
import io
import json
import re
import zipfile
from pathlib import Path

import pytest

import cogs.privacy.cog
from sandbox.client import Channel, Message, SandboxClient, User
from tests.e2e.conftest import Imagine
from tests.e2e.support import BOTH_ENGINES, PATIENCE, Bot, description, eventually, is_settled, whole

DELETED = "Your data are deleted."


async def ask(world: SandboxClient, user: User, channel: Channel, command: str) -> Message:
    """What the bot answers to a command, to nobody else."""
    sent = await world.command(user, channel, command)
    shown = await world.wait_for_message(
        channel, user, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE
    )
    assert shown.ephemeral
    return shown


async def press_delete(world: SandboxClient, user: User, channel: Channel, until: str = DELETED) -> Message:
    question = await ask(world, user, channel, "privacy delete")
    await world.press(user, question, label="Delete my data for good")
    return await world.wait_for_message(
        channel, user, lambda seen: seen.id == question.id and until in description(seen), PATIENCE
    )


async def everything(bot: Bot, *, engine: str) -> str:
    """All that stands in the database."""
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    }
    names = [row["name"] for row in await bot.sql(listing[engine])]
    return json.dumps([await bot.sql(f"SELECT * FROM {name}") for name in names], default=str)  # noqa: S608


async def test_the_export_holds_ones_own_data_and_nobody_elses(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    await bot.start()
    await imagine(prompt="a zebra-striped zeppelin", lora="https://example.com/zeppelin.safetensors")
    await imagine(ben, prompt="a secret of Ben's")
    sent = await world.command(mara, art, "preset save", {"name": "Noir", "style": "film noir"})
    await world.wait_for_message(art, mara, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE)
    shown = await ask(world, mara, art, "privacy export")
    data = await world.download(shown.attachments[0])
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.testzip() is None
        jobs, rest = json.loads(file.read("jobs.json")), json.loads(file.read("data.json"))
    [job] = jobs
    assert job["request"]["prompt"] == "a zebra-striped zeppelin"
    assert job["state"] == "delivered"
    assert [charge["images"] for charge in job["charges"]] == [1, 0]
    assert job["made_at"].startswith("20")
    assert rest["user"] == str(mara.id)
    assert [preset["style"] for preset in rest["presets"]] == ["film noir"]
    told = json.dumps([jobs, rest])
    assert "Ben" not in told
    assert str(ben.id) not in told
    assert not re.search(r"token|secret|cost", told)


@BOTH_ENGINES
async def test_a_deleted_person_is_gone_and_their_quota_holds_after_a_restart(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, ben: User
) -> None:
    engine = "sqlite" if bot.database_url.startswith("sqlite") else "postgresql"
    await bot.start(quota_images_per_day=3)
    await imagine(prompt="a zebra-striped zeppelin", count=2)
    await imagine(ben, prompt="a fox of Ben's")
    told = await press_delete(world, mara, art)
    assert told.buttons == ()
    held = await everything(bot, engine=engine)
    assert str(mara.id) not in held
    assert "zeppelin" not in held
    assert "a fox of Ben's" in held
    assert await bot.images_charged() == 3
    history = await ask(world, mara, art, "history")
    assert "zeppelin" not in whole(history)
    await bot.stop()
    await bot.start(quota_images_per_day=3)
    refused = await imagine(count=2, until=is_settled, prompt="two foxes")
    assert "3" in whole(refused)
    assert refused.attachments == ()
    assert (await imagine(prompt="a fox")).attachments
    await press_delete(world, mara, art)  # and a second time
    assert str(mara.id) not in await everything(bot, engine=engine)
    refused = await imagine(until=is_settled)
    assert refused.attachments == ()


async def test_what_can_be_stopped_is_cancelled_first(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start()
    await imagine(until=lambda seen: seen.edits > 0)
    await bot.wait_for_job("running")
    await press_delete(world, mara, art)
    [job] = await bot.jobs()
    assert (job["status"], job["user_id"] < 0) == ("cancelled", True)
    assert await bot.images_charged() == 0


async def test_what_cannot_be_stopped_is_waited_for(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cogs.privacy.cog, "PATIENCE", 0.1)
    await bot.start()
    await world.set_aimlapi(hold=True)
    await imagine(model="flux-2-lora", until=lambda seen: seen.edits > 0)
    await bot.wait_for_job("submitting")
    told = await press_delete(world, mara, art, until="As soon as it has ended")
    assert "1 image order" in description(told)
    await world.set_aimlapi(hold=False)
    await bot.wait_for_job("delivered")

    await done(bot)
    [job] = await bot.jobs()
    assert job["user_id"] < 0


async def done(bot: Bot) -> None:
    async def is_done() -> bool | None:
        return not await bot.sql("SELECT * FROM deletions") or None

    await eventually(is_done)


async def test_a_restart_goes_on_with_a_deletion(bot: Bot, imagine: Imagine, mara: User) -> None:
    await bot.start()
    await imagine(prompt="a zebra-striped zeppelin")
    await bot.stop()
    await bot.sql("INSERT INTO deletions (user_id, asked_at) VALUES (?, 1)", mara.id)
    await bot.start()
    await done(bot)
    assert str(mara.id) not in await everything(bot, engine="sqlite")


async def test_an_old_question_deletes_nothing(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cogs.privacy.cog, "MINUTES", -1)
    await bot.start()
    await imagine(prompt="a zebra-striped zeppelin")
    await press_delete(world, mara, art, until="That question is too old")
    assert "zeppelin" in (await bot.jobs())[0]["request"]


async def test_nothing_of_it_is_left_in_the_files(
    bot: Bot, imagine: Imagine, world: SandboxClient, art: Channel, mara: User
) -> None:
    """A private result lies on the disk; the database's files are rewritten by the next round of the housekeeper."""
    await bot.start()
    await imagine(prompt="a zebra-striped zeppelin", private=True)
    [job] = await bot.jobs()
    folder = bot.folder / "results" / job["id"]
    assert await asyncio.to_thread(folder.exists)
    await press_delete(world, mara, art)
    assert not await asyncio.to_thread(folder.exists)
    assert await asyncio.to_thread(_mode, bot.folder / "privacy.key") == 0o600


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
