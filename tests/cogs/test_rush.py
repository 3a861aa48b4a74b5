"""In a burst of commands acknowledgements go first, and nobody waits for ever."""

import asyncio

import pytest

from cogs.rush import AT_ONCE, DENSE, Rush


async def test_what_follows_waits_until_no_acknowledgement_is_under_way() -> None:
    rush, went_on = Rush(), asyncio.Event()

    async def follow() -> None:
        async with rush.turn():
            went_on.set()

    with rush.acknowledging():
        assert rush.is_on
        with rush.acknowledging():
            following = asyncio.create_task(follow())
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        assert not went_on.is_set()
    await following
    assert went_on.is_set()
    assert not rush.is_on


async def test_nothing_follows_in_the_gaps_of_a_burst(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not before the last acknowledgements are spread over a while."""
    monkeypatch.setattr("cogs.rush.WITHIN", 0.2)
    rush, loop = Rush(), asyncio.get_running_loop()
    began = loop.time()
    for _ in range(DENSE - 1):
        with rush.acknowledging():
            pass
    async with rush.turn():
        pass  # so few are no burst
    with rush.acknowledging():
        pass
    async with rush.turn():
        assert loop.time() - began >= 0.2
    next_one = asyncio.create_task(rush.turn().__aenter__())
    for _ in range(10):
        await asyncio.sleep(0)
    assert next_one.done()  # without any time


async def test_a_rush_without_end_holds_nobody_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogs.rush.PATIENCE", 0.01)
    rush = Rush()
    with rush.acknowledging():
        async with asyncio.timeout(30), rush.turn():
            assert rush.is_on


async def test_nobody_waits_for_ever_behind_what_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogs.rush.PATIENCE", 0.01)
    rush, let_go = Rush(), asyncio.Event()

    async def hang() -> None:
        async with rush.turn():
            await let_go.wait()

    hanging = [asyncio.create_task(hang()) for _ in range(AT_ONCE)]
    await asyncio.sleep(0)
    async with asyncio.timeout(30), rush.turn():
        assert rush.is_on
    let_go.set()
    await asyncio.gather(*hanging)
    assert not rush.is_on


async def test_who_is_cancelled_while_waiting_keeps_no_place() -> None:
    rush = Rush()
    with rush.acknowledging():
        waiting = [asyncio.create_task(rush.turn().__aenter__()) for _ in range(AT_ONCE)]
        await asyncio.sleep(0.01)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert not rush.is_on


async def test_an_acknowledgement_that_fails_leaves_nothing_behind() -> None:
    rush = Rush()
    with pytest.raises(ValueError, match="gone"), rush.acknowledging():
        raise ValueError("gone")
    async with asyncio.timeout(30), rush.turn():
        assert not rush.is_on


async def test_turns_are_taken_in_order_a_few_at_once() -> None:
    rush, order, most, now = Rush(), list[int](), 0, 0

    async def follow(number: int) -> None:
        nonlocal most, now
        async with rush.turn():
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            order.append(number)
            now -= 1

    await asyncio.gather(*map(follow, range(20)))
    assert order == list(range(20))
    assert most == AT_ONCE
