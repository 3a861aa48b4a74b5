"""`bot.py admin` as an operator types it: against a running bot, and where none runs."""

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.client import Channel, SandboxClient, User
from tests.e2e.processes import ROOT, BotProcess
from tests.e2e.support import PATIENCE, description, eventually, is_settled

SOMEBODY = "812345678901234567"


@pytest.fixture
async def bot(sandbox: Sandbox, world: SandboxClient, tmp_path: Path) -> AsyncIterator[BotProcess]:
    """A bot that a test may start."""
    process = BotProcess(sandbox, world, tmp_path)
    yield process
    await process.close()


class Operator:
    """Types commands in the folder of a bot, without its token and keys."""

    def __init__(self, bot: BotProcess) -> None:
        self._bot = bot

    async def type(self, *arguments: str) -> tuple[int, str]:
        """The exit code, and what was written."""
        without = dict.fromkeys(("DISCORD_TOKEN", "EACHLABS_API_KEY", "AIMLAPI_API_KEY"), "")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "bot.py"),
            "admin",
            *arguments,
            cwd=self._bot.folder,
            env=self._bot.environment(**without),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        written, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, written.decode()

    async def ask(self, *arguments: str) -> Any:
        """The answer as JSON."""
        code, written = await self.type(*arguments, "--json")
        assert code == 0, written
        return json.loads(written)


async def test_the_running_bot_does_what_the_operator_types_at_once(
    bot: BotProcess, world: SandboxClient, art: Channel, mara: User
) -> None:
    await bot.start()
    operator = Operator(bot)
    assert (bot.folder / "admin.sock").stat().st_mode & 0o777 == 0o600

    [key, other] = (await operator.ask("keys"))["keys"]
    assert (key["provider"], key["state"], key["in_flight"], other["number"]) == ("eachlabs", "closed", 0, 1)
    assert "sandbox-" not in json.dumps([key, other])  # which is how the keys begin

    code, written = await operator.type("ban", str(mara.id), "--reason", "spam", "--for", "7d")
    assert (code, written.startswith(f"User {mara.id} is banned from the whole bot until 2")) == (0, True)
    assert "spam" in await refusal(world, art, mara)
    [ban] = (await operator.ask("bans"))["bans"]
    assert (ban["user"], ban["reason"]) == (str(mara.id), "spam")
    assert (await operator.type("unban", str(mara.id)))[0] == 0

    (bot.folder / "words.txt").write_text("# ours\nzeppelin\nre:fo+x\n")
    answer = await operator.ask("words", "--file", "words.txt")
    assert (answer["words"], answer["patterns"], answer["bot_running"]) == (["zeppelin"], ["fo+x"], True)
    assert (await operator.ask("cap", "--day", "0.5"))["caps"]["day_micro_usd"] == 500_000
    assert (await operator.ask("cap", "--month", "none"))["caps"] == {
        "day": "$0.50", "day_micro_usd": 500_000, "month": None, "month_micro_usd": None,
    }  # fmt: skip

    actions = audit(bot)
    assert [action for action, _ in actions] == ["ban", "unban", "content.words", "caps.set"]
    assert {actor for _, actor in actions} == {0}


async def refusal(world: SandboxClient, art: Channel, mara: User) -> str:
    """What `/imagine` answers."""
    sent = await world.command(mara, art, "imagine", {"prompt": "a red square"})
    shown = await world.wait_for_message(
        art, mara, lambda seen: seen.interaction_id == sent.id and is_settled(seen), PATIENCE
    )
    return description(shown)


async def test_jobs_are_listed_cancelled_and_drained(
    bot: BotProcess, world: SandboxClient, art: Channel, mara: User
) -> None:
    await world.set_eachlabs(hold=True)
    await bot.start()
    operator = Operator(bot)
    await world.command(mara, art, "imagine", {"prompt": "a red square", "size": "square"})
    job = await running(bot)

    drained = await operator.ask("drain")
    assert (drained["draining"], drained["unfinished"]) == (True, 1)
    assert "paused by whoever runs it" in await refusal(world, art, mara)
    [listed] = (await operator.ask("jobs", "--status", "running", "--user", str(mara.id)))["jobs"]
    assert (listed["id"], listed["status"], listed["user"]) == (job["id"], "running", str(mara.id))
    assert "red square" not in json.dumps(listed)

    waiting = asyncio.create_task(operator.type("drain", "--wait"))
    assert (await operator.ask("cancel", job["id"]))["job"]["id"] == job["id"]
    assert await waiting == (0, "No orders are taken: `resume` takes them again.\nIt is empty: no job waits or runs.\n")
    assert await operator.type("cancel", job["id"]) == (1, f"Job {job['id']} has ended already: cancelled.\n")
    assert (await operator.ask("resume"))["draining"] is False


async def test_without_a_bot_what_the_database_can_do_is_done_there(
    bot: BotProcess, world: SandboxClient, art: Channel, mara: User
) -> None:
    operator = Operator(bot)
    assert (await operator.ask("ban", SOMEBODY))["bot_running"] is False
    code, written = await operator.type("keys")
    assert (code, written.partition(":")[0]) == (1, "The bot is not running")
    assert (await operator.ask("drain"))["draining"]
    await bot.start()
    assert "paused by whoever runs it" in await refusal(world, art, mara)  # as it was decided before the start
    [ban] = (await operator.ask("bans"))["bans"]
    assert ban["user"] == SOMEBODY
    await bot.close()  # killed: its socket is left behind
    assert (bot.folder / "admin.sock").exists()
    assert (await operator.ask("unban", SOMEBODY))["bot_running"] is False
    await bot.start()
    answer = await operator.ask("bans")
    assert (answer["bans"], answer["bot_running"]) == ([], True)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("ban", "Mara"), 2, "no id"),
        (("ban", "9" * 19), 2, "no id"),
        (("cap", "--day", "many"), 1, "--day"),
        (("cancel", "x"), 1, "There is no job x"),
        (("words", "--file", "none.txt"), 1, "cannot be read"),
    ],
)
async def test_what_is_wrong_is_told_in_a_line(
    arguments: tuple[str, ...], code: int, told: str, bot: BotProcess
) -> None:
    found, written = await Operator(bot).type(*arguments)
    assert found == code
    assert told in written
    assert "Traceback" not in written


async def test_the_active_one_of_two_processes_has_the_socket(
    bot: BotProcess, sandbox: Sandbox, world: SandboxClient, tmp_path: Path
) -> None:
    await bot.start()
    second = BotProcess(sandbox, world, tmp_path, "second")
    try:
        await second.launch()
        await stands_by(second)
        assert (await Operator(bot).ask("state"))["bot_running"] is True
        after = await world.cursor()
        await bot.signal(signal.SIGTERM)
        await world.wait_until_ready(PATIENCE, after)
        assert (await Operator(bot).ask("state"))["bot_running"] is True
        await second.signal(signal.SIGTERM)
    finally:
        await second.close()
    assert not (tmp_path / "admin.sock").exists()


async def running(bot: BotProcess) -> Mapping[str, Any]:
    """The job that runs, once there is one."""

    async def look() -> Mapping[str, Any] | None:
        found = await bot.sql("SELECT * FROM jobs WHERE status = 'running'")
        return found[0] if found else None

    return await eventually(look)


async def stands_by(bot: BotProcess) -> None:
    """Wait until it does."""

    async def look() -> bool | None:
        return "standing by" in bot.log() or None

    await eventually(look)


def audit(bot: BotProcess) -> list[tuple[str, int]]:
    """What is noted for the whole bot, oldest first."""
    connection = sqlite3.connect(bot.folder / "bot.db")
    try:
        rows = connection.execute("SELECT action, actor_id FROM audit WHERE guild_id = -1 ORDER BY at, id")
        return [tuple(row) for row in rows]
    finally:
        connection.close()
