import asyncio

import pytest

from sandbox.clock import Clock
from sandbox.events import Events


async def test_moving_the_clock_wakes_those_whose_time_has_come() -> None:
    clock = Clock()
    start = clock.now_ms()
    woken: list[str] = []
    first = asyncio.Event()

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)
        first.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("later", 1000))
        group.create_task(sleeper("soon", 60))
        await asyncio.sleep(0)
        clock.advance(61)
        await first.wait()
        assert woken == ["soon"]
        clock.advance(1000)
    assert woken == ["soon", "later"]
    assert clock.now_ms() >= start + 1_061_000


async def test_the_clock_also_goes_by_itself_and_never_back() -> None:
    clock = Clock()
    before = clock.now_ms()
    await clock.sleep(0.01)
    assert clock.now_ms() >= before + 10
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


async def test_events_are_read_from_an_index_on_and_waited_for() -> None:
    events = Events(Clock())
    events.emit("one", number=1)
    assert [event.kind for event in events.since(0)] == ["one"]
    assert events.since(1) == []
    assert await events.wait(1, 0.001) == []
    waiting = asyncio.ensure_future(events.wait(1, 10))
    await asyncio.sleep(0)
    events.emit("two")
    assert [(event.index, event.kind) for event in await waiting] == [(2, "two")]
    assert events.last == 2
