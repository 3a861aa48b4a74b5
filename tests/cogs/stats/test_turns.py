"""Turns: one after the other, and nobody's many before somebody's one."""

import asyncio
import gc

from cogs.stats.turns import Turns


async def test_one_has_its_turn_at_a_time_and_many_of_one_member_stand_behind_anothers_one() -> None:
    turns, order, at_once = Turns(), list[str](), list[int]()
    going_on = 0

    async def draw(user: int, name: str) -> None:
        nonlocal going_on
        async with turns.of(user):
            going_on += 1
            at_once.append(going_on)
            order.append(name)
            for _ in range(3):
                await asyncio.sleep(0)
            going_on -= 1

    async with asyncio.TaskGroup() as group:
        for user, name in ((1, "first"), (1, "second"), (1, "third"), (2, "another's")):
            group.create_task(draw(user, name))
    assert at_once == [1, 1, 1, 1]
    assert order == ["first", "another's", "second", "third"]


async def test_whoever_fails_or_is_cancelled_leaves_the_line() -> None:
    turns = Turns()
    async with turns.of(1):
        waiting = asyncio.create_task(turns.of(2).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    async with asyncio.timeout(30), turns.of(2):
        pass
    del waiting
    gc.collect()  # the cancelled task's trace holds its lock
    assert not turns._own
