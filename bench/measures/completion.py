"""From the API's being done to the pictures' being seen."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bench.follow import Follower, posted_at
from bench.rows import Row, excess, median, ratio
from bench.sizes import Size
from bench.stage import Stage, Subject, stage

_COUNTS = (1, 4)
_DURATION = 0.3  # seconds
_WARM_UP = 3  # jobs of each count: as many as the bot needs to learn how long a model takes


async def measure(size: Size) -> list[Row]:
    """By webhook one job after the other, floor and bot in turn; medians."""
    delays: dict[tuple[Subject, int], list[float]] = {}
    async with AsyncExitStack() as stack:
        stages: dict[Subject, Stage] = {}
        subjects: Sequence[Subject] = ("floor", "ours")
        for subject in subjects:
            on = stages[subject] = await stack.enter_async_context(stage())
            await on.world.set_eachlabs(duration_s=_DURATION)
            await on.play(subject, webhooks=True)
        for count in _COUNTS:
            for number in range(_WARM_UP + size.posts):
                for subject, on in stages.items():
                    delay = await _one(on, count)
                    if number >= _WARM_UP:
                        delays.setdefault((subject, count), []).append(delay)
    return [
        ratio(
            f"completion to post, webhook, {_images(count)}",
            "ms",
            ours=median(delays["ours", count]),
            floor=median(delays["floor", count]),
            at_most=1.5,
        )
        for count in _COUNTS
    ]


async def measure_polled(size: Size) -> list[Row]:
    """By poll, once the bot knows how long the model takes; the floor learns of the end by webhook."""
    measured = await asyncio.gather(
        *(_polled(size, subject, count) for count in _COUNTS for subject in ("floor", "ours"))
    )
    return [
        excess(f"completion to post, poll, {_images(count)}", "ms", ours=ours, floor=floor, at_most=500)
        for count, floor, ours in zip(_COUNTS, measured[::2], measured[1::2], strict=True)
    ]


async def _one(on: Stage, count: int) -> float:
    """One job alone: milliseconds from the prediction's end to the message."""
    seen = await Follower.begin(on)
    sent = await on.world.command(on.users[0], on.channel, "imagine", _wish(count))
    await seen.until_posted([sent.id])
    (life,) = seen.predictions().values()
    return posted_at(seen.events)[sent.id] - (life[1] or 0)


async def _polled(size: Size, subject: Subject, count: int) -> float:
    """The median delay of jobs that began at even distances; which is which shows in their order."""
    async with stage() as on:
        await on.world.set_eachlabs(duration_s=size.polled_seconds)
        await on.play(subject, webhooks=subject == "floor")
        await _spaced(on, size, count, jobs=_WARM_UP)
        seen = await _spaced(on, size, count, jobs=size.polled_posts)
        ends = sorted(ended for _, ended in seen.predictions().values() if ended is not None)
        posts = sorted(posted_at(seen.events).values())
        return median([post - end for end, post in zip(ends, posts, strict=True)])


async def _spaced(on: Stage, size: Size, count: int, *, jobs: int) -> Follower:
    """Jobs far enough apart that none waits for a slot and posts come in the order of the ends."""
    seen = await Follower.begin(on)
    seconds = jobs * max(size.polled_seconds / 8, 0.1)
    sent = await on.world.burst(on.users, on.channel, "imagine", [_wish(count)] * jobs, seconds=seconds)
    await seen.until_posted(sent)
    return seen


def _wish(count: int) -> dict[str, object]:
    return {"prompt": "a fox", "size": "square_hd", "seed": 1, "count": count}


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count} images"
