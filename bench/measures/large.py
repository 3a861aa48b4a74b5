"""Memory while many large results are delivered at once."""

import asyncio
import contextlib

from bench.follow import Follower
from bench.processes import Program
from bench.rows import Row, value
from bench.sizes import Size
from bench.stage import stage

_LOOK = 0.02  # seconds between two looks at the memory
_IMAGES = 4
_BOOSTED = 100 * 1024 * 1024  # bytes a message takes in a server of the highest level
_PLAIN = 10 * 1024 * 1024


async def measure(size: Size) -> list[Row]:
    """Once where Discord takes the images as they are, once where all of them have to be made smaller."""
    whole = await _peak(size, limit=_BOOSTED)
    smaller = await _peak(size, limit=min(_PLAIN, 2 * size.large_bytes))
    megabytes = f"{size.large_jobs} × 4 images of {size.large_bytes / 1e6:g} MB"
    return [
        value(f"memory, {megabytes}, posted as they are", "MB", whole, at_most=250),
        value(f"memory, {megabytes}, made smaller", "MB", smaller, at_most=250),
    ]


async def _peak(size: Size, *, limit: int) -> float:
    """MB above the bot's memory before, at the worst moment; all results exist at the same moment."""
    async with stage() as on:
        await on.world.set_discord(attachment_size_limit=limit)
        await on.world.set_eachlabs(duration_s=0.2)
        bot = await on.play("ours", webhooks=True)
        seen = await Follower.begin(on)
        warm_up = await on.world.command(on.users[0], on.channel, "imagine", _wish(1))
        await seen.until_posted([warm_up.id])
        await on.world.set_results(noise_bytes=size.large_bytes)
        await on.world.set_eachlabs(hold=True)
        seen = await Follower.begin(on)
        wishes = [_wish(_IMAGES)] * size.large_jobs
        sent = await on.world.burst(on.users, on.channel, "imagine", wishes, seconds=0.5)
        await seen.until(lambda _: seen.count("prediction_created") == size.large_jobs)
        await asyncio.sleep(1)  # the sandbox has made its noise by then
        before = bot.memory()
        peak = Peak(bot)
        watching = asyncio.create_task(peak.watch())
        try:
            await on.world.set_eachlabs(hold=False)
            await seen.until_posted(sent, seconds=180)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
        return peak.megabytes - before


class Peak:
    """The most memory that a program had at any look."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.megabytes = 0.0

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            self.megabytes = max(self.megabytes, self._program.memory())
            await asyncio.sleep(_LOOK)


def _wish(count: int) -> dict[str, object]:
    return {"prompt": "a fox", "size": "square", "seed": 1, "count": count}
