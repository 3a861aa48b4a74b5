"""What polling costs and how late it notices an end, with durations that are known and that are not."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bench.follow import Follower
from bench.rows import Row, median, value
from bench.sizes import Size
from bench.stage import Stage, stage

_SPREAD = 0.1
_TO_LEARN = 3  # jobs until the bot believes that it knows how long a model takes
_PICTURE = {"prompt": "a fox", "size": "square", "seed": 1}


@dataclass(frozen=True, kw_only=True)
class _Job:
    polls: int
    duration: float  # ms
    delay: float  # ms from the end to the poll that found it


async def measure(size: Size) -> list[Row]:
    """The learnt and the unlearnt case side by side; what the sandbox was asked is what counts."""
    learnt, *unlearnt = await asyncio.gather(
        _learnt(size), *(_unlearnt(durations) for durations in _durations_of_bots(size))
    )
    new = [job for jobs in unlearnt for job in jobs]
    return [
        value("polls a job at most, durations learnt", "polls", max(job.polls for job in learnt), at_most=10),
        value("median detection, durations learnt", "s", median([job.delay for job in learnt]) / 1000, at_most=0.5),
        value("polls a job at most, durations unknown", "polls", max(job.polls for job in new), at_most=12),
        value(
            "median detection, durations unknown",
            "of the duration",
            median([job.delay / job.duration for job in new]),
            at_most=0.15,
        ),
    ]


async def _learnt(size: Size) -> list[_Job]:
    async with stage() as on:
        shortest, longest = (size.learnt_seconds * (1 + sign * _SPREAD) for sign in (-1, 1))
        await on.world.set_eachlabs(duration_s=shortest, duration_most_s=longest)
        await on.play("ours")
        first = await _run(on, [None] * _TO_LEARN)
        await _run(on, [None] * size.learnt_jobs)
        return (await _jobs(on))[len(first) :]


async def _unlearnt(durations: Sequence[float]) -> list[_Job]:
    """As many jobs as leave a bot without a learnt duration until the last of them has ended."""
    async with stage() as on:
        await on.play("ours")
        await _run(on, durations)
        return await _jobs(on)


def _durations_of_bots(size: Size) -> list[list[float]]:
    """Durations from the shortest to the longest, each the same factor longer; every bot gets some of all lengths."""
    shortest, longest = size.unlearnt_durations
    number = _TO_LEARN * size.unlearnt_bots
    durations = [shortest * (longest / shortest) ** (step / (number - 1)) for step in range(number)]
    return [durations[bot :: size.unlearnt_bots] for bot in range(size.unlearnt_bots)]


async def _run(on: Stage, durations: Sequence[float | None]) -> Sequence[int]:
    """Start a job for each duration (None: as the sandbox draws it) and wait until all are posted."""
    seen = await Follower.begin(on)
    sent = []
    for started, duration in enumerate(durations, start=1):
        if duration is not None:
            await on.world.set_eachlabs(duration_s=duration)
        sent.append((await on.world.command(on.users[0], on.channel, "imagine", _PICTURE)).id)
        if duration is not None:
            await seen.until(lambda _, started=started: seen.count("prediction_created") >= started)  # type: ignore[misc]
    await seen.until_posted(sent, seconds=300)
    return sent


async def _jobs(on: Stage) -> list[_Job]:
    """All predictions of this sandbox, in the order of their creates."""
    asked: dict[str, list[int]] = {}
    for request in await on.world.image_requests("eachlabs"):
        if request["method"] == "GET":
            asked.setdefault(str(request["path"]).rpartition("/")[2], []).append(int(request["at_ms"]))
    return [
        _Job(
            polls=len(asked[each["id"]]),
            duration=each["ended_ms"] - each["created_ms"],
            delay=max(asked[each["id"]]) - each["ended_ms"],
        )
        for each in await on.world.predictions()
    ]
