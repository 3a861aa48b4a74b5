"""A burst of commands: how soon each is acknowledged, and whether each becomes a job."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.follow import Follower
from bench.rows import Row, median, percentile, ratio, value
from bench.sizes import Size
from bench.stage import PATIENCE, Stage, Subject, stage

_WARM_UP: Final = 20  # commands
_PAUSE: Final = 1.0  # seconds until what the warm-up began is over


@dataclass(frozen=True, kw_only=True)
class _Burst:
    acknowledged: Sequence[int]  # ms after each command
    late: int  # failed for want of an acknowledgement
    admitted: Sequence[int]  # ms from each command to its job's admission; the floor admits nothing


async def measure(size: Size) -> list[Row]:
    """Floor and bot in turn, each on a sandbox of its own; medians of the rounds, the worst of all for bounds."""
    rounds: dict[Subject, list[_Burst]] = {"floor": [], "ours": []}
    for _ in range(size.burst_rounds):
        for subject, bursts in rounds.items():
            bursts.append(await _burst(size, subject))
    p99 = {
        subject: median([percentile(burst.acknowledged, 0.99) for burst in bursts])
        for subject, bursts in rounds.items()
    }
    ours = rounds["ours"]
    jobless = sum(size.burst - len(burst.admitted) for burst in ours)
    last_admitted = max((max(burst.admitted, default=0) for burst in ours), default=0)
    return [
        ratio("acknowledgement, p99 of a burst", "ms", ours=p99["ours"], floor=p99["floor"], at_most=1.5),
        value("acknowledgement, slowest", "ms", max(max(burst.acknowledged) for burst in ours), at_most=3_000),
        value("acknowledgements late", "commands", sum(burst.late for burst in ours), at_most=0),
        value("commands without a job", "commands", jobless, at_most=0),
        value("admission, slowest after its command", "s", last_admitted / 1000, at_most=5),
    ]


async def _burst(size: Size, subject: Subject) -> _Burst:
    async with stage(users=size.burst_users) as on:
        await on.world.set_eachlabs(hold=True)
        await on.play(subject, floor="defer.py")
        await _send(on, _WARM_UP, seconds=0.5)
        await asyncio.sleep(_PAUSE)
        seen = await Follower.begin(on)
        sent = await _send(on, size.burst, seconds=size.burst_seconds)
        await seen.until_answered(size.burst)
        admitted = await _admitted(on, size.burst + _WARM_UP) if subject == "ours" else {}
        sent_at = seen.sent_at()
        return _Burst(
            acknowledged=list(seen.acknowledgements().values()),
            late=seen.count("interaction_failed"),
            admitted=[admitted[each] - sent_at[each] for each in sent if each in admitted],
        )


async def _send(on: Stage, count: int, *, seconds: float) -> list[int]:
    return await on.world.burst(on.users, on.channel, "imagine", [{"prompt": "a fox"}] * count, seconds=seconds)


async def _admitted(on: Stage, expected: int) -> dict[int, int]:
    """When each interaction's job was admitted (UTC ms), once all are or nothing more comes."""
    until = time.monotonic() + PATIENCE
    while True:
        found = await asyncio.to_thread(_read, on.database())
        if len(found) >= expected or time.monotonic() > until:
            return found
        await asyncio.sleep(0.5)


def _read(database: Path) -> dict[int, int]:
    connection = sqlite3.connect(database, timeout=10)
    try:
        return dict(connection.execute("SELECT interaction_id, created_at FROM jobs").fetchall())
    finally:
        connection.close()
