"""Whether the slots at the API are used while work waits."""

import asyncio

from bench.follow import Follower
from bench.rows import Row, ratio
from bench.sizes import Size
from bench.stage import Subject, stage

_SLOTS = 10
_PICTURE = {"prompt": "a fox", "size": "square", "seed": 1}


async def measure(size: Size) -> list[Row]:
    """All four at once: each mostly waits, and they share the machine on equal terms."""
    floor_hook, ours_hook, floor_poll, ours_poll = await asyncio.gather(
        _used(size, "floor", webhooks=True),
        _used(size, "ours", webhooks=True),
        _used(size, "floor", webhooks=False),
        _used(size, "ours", webhooks=False),
    )
    return [
        ratio("slots used, webhook", "of 10", ours=ours_hook, floor=floor_hook, at_least=0.98),
        ratio("slots used, poll", "of 10", ours=ours_poll, floor=floor_poll, at_least=0.93),
    ]


async def _used(size: Size, subject: Subject, *, webhooks: bool) -> float:
    """Slots in use on average, from the first create to the last end, by the sandbox's own log."""
    async with stage(users=10) as on:
        shortest, longest = size.slot_durations
        await on.world.set_eachlabs(duration_s=shortest, duration_most_s=longest)
        await on.play(subject, webhooks=webhooks)
        seen = await Follower.begin(on)
        commands = [_PICTURE] * size.slot_jobs
        await on.world.burst(on.users, on.channel, "imagine", commands, seconds=min(1.0, shortest / 2))
        patience = 60 + 3 * size.slot_jobs * longest / _SLOTS
        await seen.until(lambda _: seen.count("prediction_ended") >= size.slot_jobs, seconds=patience)
        lives = [(began, ended) for began, ended in seen.predictions().values() if ended is not None]
        makespan = max(ended for _, ended in lives) - min(began for began, _ in lives)
        return sum(ended - began for began, ended in lives) / makespan
