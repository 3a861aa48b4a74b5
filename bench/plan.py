"""What is measured, in which order, and what runs beside what."""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Final

from bench.measure import Measure
from bench.measures import acknowledgement, admission, completion, cpu, growth, idle, large, polling, restart, slots
from bench.rows import Row
from bench.sizes import Size

MEASURES: Final = (
    Measure(name="ack", run=acknowledgement.measure),
    Measure(name="slots", run=slots.measure, quiet=True),
    Measure(name="completion", run=completion.measure),
    Measure(name="polled-completion", run=completion.measure_polled, quiet=True),
    Measure(name="polling", run=polling.measure, quiet=True),
    Measure(name="admission", run=admission.measure),
    Measure(name="history", run=growth.measure_history),
    Measure(name="queue", run=growth.measure_queue),
    Measure(name="restart", run=restart.measure),
    Measure(name="large", run=large.measure),
    Measure(name="cpu", run=cpu.measure),
    Measure(name="idle", run=idle.measure, quiet=True),
)


async def run(measures: Sequence[Measure], size: Size) -> list[Row]:
    """The quiet ones all at once, then each of the others alone; rows in the order of the measures."""
    found: dict[str, Sequence[Row]] = {}

    async def one(measure: Measure) -> None:
        began = time.monotonic()
        found[measure.name] = await measure.run(size)
        _tell(f"{measure.name}: {time.monotonic() - began:.0f} s")

    async with asyncio.TaskGroup() as group:
        for measure in measures:
            if measure.quiet:
                group.create_task(one(measure))
                await asyncio.sleep(size.apart)  # so that not all programs start at once
    for measure in measures:
        if not measure.quiet:
            await one(measure)
    return [row for measure in measures for row in found[measure.name]]


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
