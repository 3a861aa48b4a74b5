"""Whether anything becomes slower because there is much history, or a long queue."""

import time
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.orders import GUILD, NO_LIMIT, SystemClock, admit, claim, end, orders
from bench.rows import Row, median, ratio
from bench.sizes import Size
from bench.stage import work_folder
from bench.stored import make_history, make_queue
from jobs.model import Order
from storage.store import SqlStore, open_store

_JOBS_A_USER = 100
_PAGE = 10


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
        told["/quota"] = await _timed(self.store.usage(**whose, allowance=NO_LIMIT))
        told["/history, page 1"] = await _timed(self.store.history(**whose, limit=_PAGE))
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
        little, much = await _rounds(size, [case.operate for case in cases])
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
        little, much = await _rounds(size, [case.claim for case in cases])
        name = f"claim with {size.much_queue:,} waiting jobs, against {size.little_queue:,}"
        return [ratio(name, "ms", ours=much["claim"], floor=little["claim"], at_most=1.5)]


async def _rounds(size: Size, operations: list[Any]) -> list[dict[str, float]]:
    """For each operation the median over the rounds of each round's mean; the first round is thrown away.

    The mean, since what grows may cost every hundredth time only; in turn, since the disk has moods.
    """
    rounds: list[list[dict[str, float]]] = [[] for _ in operations]
    for _ in range(1 + size.rounds):
        for operate, means in zip(operations, rounds, strict=True):
            times = [await operate() for _ in range(size.operations)]
            means.append({name: sum(each[name] for each in times) / len(times) for name in times[0]})
    return [{name: median([mean[name] for mean in means[1:]]) for name in means[0]} for means in rounds]


async def _timed(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return 1000 * (time.perf_counter() - began)
