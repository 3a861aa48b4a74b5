"""Whether anything becomes slower because there is much history, or a long queue."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.orders import ALLOWANCE, GUILD, SystemClock, admit, claim, end, orders
from bench.rows import Row, median, ratio
from bench.sizes import Size
from bench.stage import work_folder
from bench.stored import make_history, make_queue
from jobs.history import Pages, Wish
from jobs.model import Order
from jobs.records import Whose
from storage.store import SqlStore, open_store

_JOBS_A_USER = 100
_WARM_UP = 50  # operations


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A database and who orders in it."""

    store: SqlStore
    waiting: Iterator[Order]

    async def operate(self) -> dict[str, float]:
        """Each of the four once; milliseconds by name."""
        order = next(self.waiting)
        told = {"admission": await _timed(admit(self.store, order))}
        began = time.perf_counter()
        job = await claim(self.store)
        told["claim"] = 1000 * (time.perf_counter() - began)
        await end(self.store, job)
        whose: Mapping[str, Any] = {"guild_id": GUILD, "user_id": order.user_id}
        told["/quota"] = await _timed(self.store.usage(**whose, allowance=ALLOWANCE))
        told["/history, page 1"] = await _timed(Pages(self.store).page(Whose(**whose), Wish()))
        return told

    async def claim(self) -> dict[str, float]:
        """A claim; the queue is as long as before afterwards."""
        began = time.perf_counter()
        job = await claim(self.store)
        took = 1000 * (time.perf_counter() - began)
        await end(self.store, job)
        await admit(self.store, next(self.waiting))
        return {"claim": took}


async def measure_history(size: Size) -> list[Row]:
    """Much history against little, every user with as much of their own; each user orders in turn."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(work_folder()))
        cases = []
        for jobs in (size.little_history, size.much_history):
            path, users = folder / f"{jobs}.db", max(1, jobs // _JOBS_A_USER)
            await make_history(path, jobs=jobs, users=users)
            store = await stack.enter_async_context(open_store(path, SystemClock()))
            cases.append(_Case(store=store, waiting=orders(users)))
        little, much = await _in_turn(size, [case.operate for case in cases])
        told = f"with {size.much_history:,} finished jobs, against {size.little_history:,}"
        return [ratio(f"{name} {told}", "ms", ours=much[name], floor=little[name], at_most=1.2) for name in little]


async def measure_queue(size: Size) -> list[Row]:
    """A claim from a long queue of many users against one from a short queue."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(work_folder()))
        cases = []
        for jobs in (size.little_queue, size.much_queue):
            path, users = folder / f"{jobs}.db", min(jobs, size.queue_users)
            await make_queue(path, jobs=jobs, users=users)
            store = await stack.enter_async_context(open_store(path, SystemClock()))
            cases.append(_Case(store=store, waiting=orders(users)))
        little, much = await _in_turn(size, [case.claim for case in cases])
        name = f"claim with {size.much_queue:,} waiting jobs, against {size.little_queue:,}"
        return [ratio(name, "ms", ours=much["claim"], floor=little["claim"], at_most=1.5)]


async def _in_turn(
    size: Size, operations: Sequence[Callable[[], Awaitable[dict[str, float]]]]
) -> list[dict[str, float]]:
    """For each of the operations the medians of its times; in turn, one by one, since the disk has moods."""
    times: list[list[dict[str, float]]] = [[] for _ in operations]
    for _ in range(_WARM_UP + size.operations):
        for operate, taken in zip(operations, times, strict=True):
            taken.append(await operate())
    return [{name: median([each[name] for each in taken[_WARM_UP:]]) for name in taken[0]} for taken in times]


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return 1000 * (time.perf_counter() - began)
