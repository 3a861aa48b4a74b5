"""What the bot costs while nobody wants anything of it."""

import asyncio
import time

from bench.counted import read
from bench.rows import Row, value
from bench.sizes import Size
from bench.stage import COUNTED_BOT, stage

_SETTLE = 2.0  # seconds after the start


async def measure(size: Size) -> list[Row]:
    """Memory, CPU and statements over the same quiet time; a scrape of the metrics is not part of it."""
    async with stage() as on:
        count = on.folder / "queries"
        after = await on.world.cursor()
        bot = await on.launch(COUNTED_BOT, webhooks=True, QUERY_COUNT=str(count))
        await on.until_ready(bot, after)
        await asyncio.sleep(_SETTLE)
        cpu, queries, began = bot.cpu_seconds(), read(count.read_bytes()), time.monotonic()
        await asyncio.sleep(size.idle_seconds)
        seconds = time.monotonic() - began
        return [
            value("idle, memory", "MB", bot.memory(), at_most=130),
            value("idle, share of a core", "%", 100 * (bot.cpu_seconds() - cpu) / seconds, at_most=0.5),
            value(
                "idle, database statements a second", "/s", (read(count.read_bytes()) - queries) / seconds, at_most=1
            ),
        ]
