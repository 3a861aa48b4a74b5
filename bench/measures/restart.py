"""A start with many unfinished jobs: how long it takes until all are resumed, and what they take in memory."""

import asyncio
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.follow import Follower
from bench.processes import Program
from bench.rows import Row, excess, median, value
from bench.sizes import Size
from bench.stage import BOT, FLOOR, PATIENCE, Stage, stage
from bench.stored import Answered, add_waiting

_USERS = 500
_AT_ONCE = 1_000  # commands a burst, each acknowledged before the next burst
_A_SECOND = 800  # commands
_SLOTS = 10  # at first; at the restart there are twice as many, so that they can be seen to be filled
_RESUMED = "unfinished jobs are resumed"


@dataclass(frozen=True, kw_only=True)
class _Start:
    program: Program
    seconds: float  # from the process's start to what was waited for


async def measure(size: Size) -> list[Row]:
    """The jobs' interactions are real ones, so that the bot shows their progress as after every start.

    A bare bot acknowledges them, SQL makes waiting jobs of them, and a first bot sends ten and is killed.
    """
    async with stage(users=_USERS) as on:
        await on.world.set_eachlabs(hold=True)
        answered = await _acknowledged(on, size.waiting)
        bare = [await _bare_start(on, number) for number in range(size.restarts)]
        empty = await _memory_when_empty(on, size)
        left = await _left_behind(on, answered)
        starts = []
        for number in range(size.restarts):
            starts.append(await _restart(on, left, number))
            if number < size.restarts - 1:
                await starts[-1].program.kill()
        await asyncio.sleep(size.settle_seconds)
        memory = starts[-1].program.memory() - empty
    jobs = f"{size.waiting:,}"
    ours, floor = median([start.seconds for start in starts]), median(bare)
    return [
        excess(f"restart, {jobs} unfinished jobs resumed and dispatching", "s", ours=ours, floor=floor, at_most=3),
        value(f"memory of {jobs} waiting jobs", "MB", memory, at_most=20),
    ]


async def _acknowledged(on: Stage, count: int) -> list[Answered]:
    """Interactions that a bare bot has acknowledged."""
    tokens = on.folder / "tokens"
    bot = await on.play("floor", floor="defer.py", FLOOR_TOKENS=str(tokens))
    seen = await Follower.begin(on)
    users: dict[int, int] = {}
    while (missing := count - seen.count("interaction_acknowledged")) > 0:  # a busy machine may let one be late
        commands = [{"prompt": "a fox"}] * min(_AT_ONCE, missing)
        seconds = len(commands) / _A_SECOND
        sent = await on.world.burst(on.users, on.channel, "imagine", commands, seconds=seconds)
        users |= {each: on.users[number % len(on.users)].id for number, each in enumerate(sent)}
        await seen.until_answered(len(users))
    await asyncio.sleep(0.5)  # the last line is written after the acknowledgement
    await bot.kill()
    lines = (line.split() for line in tokens.read_text(encoding="utf-8").splitlines())
    return [
        Answered(interaction_id=int(each), token=token, message_id=int(message), user_id=users[int(each)])
        for each, token, message, _ in lines
    ]


async def _bare_start(on: Stage, number: int) -> float:
    after, began = await on.world.cursor(), time.time()
    bot = await on.launch((str(FLOOR / "defer.py"),), name=f"bare-{number}")
    await on.until_ready(bot, after)
    ready = await on.world.wait_until_ready(PATIENCE, after)
    await bot.kill()
    return ready.at_ms / 1000 - began


async def _memory_when_empty(on: Stage, size: Size) -> float:
    bot = await on.play("ours", name="empty")
    await asyncio.sleep(min(5.0, size.settle_seconds))
    memory = bot.memory()
    await bot.kill()
    return memory


async def _left_behind(on: Stage, answered: Sequence[Answered]) -> Path:
    """The database of a bot that was killed while all of these jobs were unfinished."""
    folder = on.folder / "left"
    folder.mkdir()
    guild_id = on.channel.guild_id
    assert guild_id is not None  # noqa: S101 - the channel is a server's
    await add_waiting(
        folder / "bot.db",
        answered,
        guild_id=guild_id,
        channel_id=on.channel.id,
        application_id=(await on.world.bot()).id,
    )
    seen = await Follower.begin(on)
    bot = await on.play("ours", name="left", EACHLABS_CONCURRENCY=str(_SLOTS))
    await seen.until(lambda _: seen.count("prediction_created") >= _SLOTS)
    await asyncio.sleep(1)  # the answers of the creates are committed
    await bot.kill()
    return folder


async def _restart(on: Stage, left: Path, number: int) -> _Start:
    """Start on a copy of what was left; ends when all is resumed and every free slot is used."""
    name = f"restart-{number}"
    # The socket of the first bot's operator is no file.
    await asyncio.to_thread(shutil.copytree, left, on.folder / name, ignore=shutil.ignore_patterns("*.sock"))
    (on.folder / name / "log").unlink()
    seen = await Follower.begin(on)
    began = time.time()
    bot = await on.launch(BOT, name=name, EACHLABS_CONCURRENCY=str(2 * _SLOTS), LOG_LEVEL="INFO", LOG_FORMAT="json")
    await seen.until(lambda _: seen.count("prediction_created") >= _SLOTS)
    dispatching = max(created for created, _ in seen.predictions().values()) / 1000
    return _Start(program=bot, seconds=max(dispatching, await _resumed_at(bot)) - began)


async def _resumed_at(bot: Program) -> float:
    """When the bot logged that all is resumed (UTC seconds)."""
    async with asyncio.timeout(PATIENCE):
        while True:
            for line in bot.log.read_text(encoding="utf-8").splitlines():
                if _RESUMED in line:
                    return datetime.fromisoformat(json.loads(line)["timestamp"]).timestamp()
            bot.require_running()
            await asyncio.sleep(0.1)
