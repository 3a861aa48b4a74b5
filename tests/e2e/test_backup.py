"""A backup made while the bot works, and what a bot that is given it back does: it pays nothing again."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, Message, SandboxClient, User
from storage.backup import back_up
from tests.e2e.conftest import Imagine
from tests.e2e.processes import ROOT, BotProcess
from tests.e2e.support import PATIENCE, Bot, description, eventually, shows_images, sql, title


@pytest.fixture
async def process(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> AsyncIterator[BotProcess]:
    running = BotProcess(sandbox, world, tmp_path)
    yield running
    await running.close()
    assert not running.log_path.exists() or "Traceback" not in running.log()


async def command(process: BotProcess, *arguments: str, **overrides: str) -> tuple[int, str, str]:
    """Run a command of bot.py beside it, with the same settings; the exit code, and what it says."""
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "bot.py"),
        *arguments,
        cwd=process.folder,
        env=process.environment(**overrides),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(run.communicate(), PATIENCE)
    return run.returncode or 0, out.decode(), err.decode()


async def restore(folder: Path, copy: Path) -> None:
    """What docs/operations.md says, while the bot does not run."""

    def replace() -> None:
        for beside in ("-wal", "-shm"):
            (folder / f"bot.db{beside}").unlink(missing_ok=True)
        shutil.copyfile(copy, folder / "bot.db")

    await asyncio.to_thread(replace)


async def creates(world: SandboxClient) -> int:
    return sum(request["method"] == "POST" for request in await world.image_requests("eachlabs"))


async def test_a_backup_under_load_is_whole_and_the_restored_bot_goes_on_with_it(
    process: BotProcess, world: SandboxClient, imagine: Imagine, tmp_path: Path, mara: User, ben: User
) -> None:
    await process.start()
    await imagine(user=mara, count=2)
    await world.set_eachlabs(hold=True)
    waiting = [await imagine(user=ben, until=lambda seen: title(seen) == "Generating") for _ in range(3)]
    target = tmp_path / "copies.db"
    code, out, err = await command(process, "backup", str(target))
    assert (code, err) == (0, "")
    assert out == f"{target}: 4 jobs, {target.stat().st_size} bytes, checked and on the disk\n"
    await world.set_eachlabs(hold=False)
    for message in waiting:
        await _shows(world, message)
    await process.close()

    await restore(tmp_path, target)
    sent = await creates(world)
    await process.start()
    assert shows_images(await imagine(user=ben))

    async def has_ended() -> bool | None:
        jobs = await sql(tmp_path / "bot.db", "SELECT status, COUNT(*) AS jobs FROM jobs GROUP BY status")
        return {row["status"]: row["jobs"] for row in jobs} == {"delivered": 2, "failed": 3} or None

    await eventually(has_ended)
    charged = await sql(
        tmp_path / "bot.db", "SELECT user_id, SUM(images) AS images FROM ledger GROUP BY user_id ORDER BY user_id"
    )
    assert [row["images"] for row in charged] == [2, 1]
    assert await creates(world) == sent + 1
    for message in waiting:
        assert shows_images(await world.message(message))  # what was delivered after the backup is left as it is
    assert "restored from a backup" in process.log()


async def _shows(world: SandboxClient, message: Message) -> None:
    async def does() -> bool | None:
        return shows_images(await world.message(message)) or None

    await eventually(does)


async def test_whoever_waited_is_told_by_a_new_message_and_only_once(
    bot: Bot, world: SandboxClient, imagine: Imagine, tmp_path: Path, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start()
    await imagine(until=lambda seen: title(seen) == "Generating")
    await asyncio.to_thread(back_up, tmp_path / "bot.db", tmp_path / "copy.db")
    await bot.stop()
    await restore(tmp_path, tmp_path / "copy.db")
    for _ in range(2):
        await bot.start()
        told = await world.wait_for_message(
            art, mara, lambda seen: "go back to a backup" in description(seen), PATIENCE
        )
        assert str(mara.id) in told.content
        (job,) = await bot.jobs()
        assert (job["status"], await bot.images_charged()) == ("failed", 0)
        await bot.stop()
    messages = [seen for seen in await world.messages(art, mara) if "go back to a backup" in description(seen)]
    assert len(messages) == 1
    assert len(await world.predictions()) == 1


async def test_the_same_is_done_with_a_copy_that_does_not_know_of_itself_when_the_operator_says_so(
    process: BotProcess, sandbox: Sandbox, world: SandboxClient, imagine: Imagine, tmp_path: Path
) -> None:
    """Copies made by other means, a server's among them."""
    await world.set_eachlabs(hold=True)
    await process.start()
    await imagine(until=lambda seen: title(seen) == "Generating")
    await process.close()
    sent = await creates(world)
    arguments = (str(ROOT / "bot.py"), "run", "--restored")
    again = BotProcess(sandbox, world, tmp_path, "again", arguments=arguments)
    await again.start()

    async def is_failed() -> bool | None:
        return await sql(tmp_path / "bot.db", "SELECT status FROM jobs") == [{"status": "failed"}] or None

    try:
        await eventually(is_failed)
    finally:
        await again.close()
    assert await creates(world) == sent


async def test_what_cannot_be_copied_is_said_in_one_line(process: BotProcess, tmp_path: Path) -> None:
    code, out, err = await command(process, "backup", str(tmp_path / "copy.db"))
    assert (code, out) == (2, "")
    assert err == f"DATABASE_URL: there is no database at {tmp_path / 'bot.db'} yet.\n"
    url = "postgresql://bot:hidden@db.example/bot"
    code, out, err = await command(process, "backup", str(tmp_path / "copy.db"), DATABASE_URL=url)
    assert (code, out) == (2, "")
    assert "pg_dump" in err
    assert "hidden" not in err
    assert err.count("\n") == 1
    code, _, err = await command(process, "backup")
    assert code == 2
    assert "Traceback" not in err
