"""What wakes the loop that hands out jobs, and what lets it sleep."""

import asyncio

from jobs.signal import Signal


async def sleeping(signal: Signal, *, has_work: bool) -> asyncio.Task[None]:
    """A loop that waits for the signal."""
    loop = asyncio.create_task(signal.wait(seconds=None, has_work=has_work))
    await asyncio.sleep(0)
    return loop


async def test_room_wakes_the_loop_that_has_work_and_lets_the_other_sleep() -> None:
    signal = Signal()
    busy = await sleeping(signal, has_work=True)
    signal.offer()
    await asyncio.wait_for(busy, 30)
    idle = await sleeping(signal, has_work=False)
    signal.offer()
    await asyncio.sleep(0)
    assert not idle.done()
    signal.wake()
    await asyncio.wait_for(idle, 30)


async def test_room_that_comes_while_the_loop_looks_for_work_is_not_forgotten() -> None:
    """It has been idle before; whether it still is shows only in what it finds."""
    signal = Signal()
    idle = await sleeping(signal, has_work=False)
    signal.wake()
    await asyncio.wait_for(idle, 30)
    signal.offer()
    await asyncio.wait_for(signal.wait(seconds=None, has_work=True), 30)
