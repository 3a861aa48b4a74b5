"""What a delivered job costs in CPU time."""

import asyncio

from bench.follow import Follower
from bench.rows import Row, median, ratio
from bench.sizes import Size
from bench.stage import Subject, stage

_IN_FLIGHT = 8  # jobs, of ten slots
_WARM_UP = 5  # jobs
_SETTLE = 1.0  # seconds
_PICTURE = {"prompt": "a fox", "size": "square_hd", "seed": 1}


async def measure(size: Size) -> list[Row]:
    """Floor and bot side by side; medians of the rounds."""
    rounds = [await asyncio.gather(_cost(size, "floor"), _cost(size, "ours")) for _ in range(size.cpu_rounds)]
    floor, ours = (1000 * median([costs[subject] for costs in rounds]) for subject in (0, 1))
    return [ratio("CPU a delivered job of one 1 MP image", "ms", ours=ours, floor=floor, at_most=3)]


async def _cost(size: Size, subject: Subject) -> float:
    """CPU seconds a job, from its command to its post, found by webhook, with slots free."""
    async with stage() as on:
        await on.world.set_eachlabs(duration_s=size.cpu_seconds)
        player = await on.play(subject, webhooks=True)
        before = 0.0
        for jobs in (_WARM_UP, size.cpu_jobs):
            before = player.cpu_seconds()
            seen = await Follower.begin(on)
            seconds = jobs * size.cpu_seconds / _IN_FLIGHT
            sent = await on.world.burst(on.users, on.channel, "imagine", [_PICTURE] * jobs, seconds=seconds)
            await seen.until_posted(sent)
            await asyncio.sleep(_SETTLE)
        return (player.cpu_seconds() - before) / size.cpu_jobs
