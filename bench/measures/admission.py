"""Reserve and enqueue: the whole admission, committed to the disk, against the bare statements."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from bench.floor import admit_postgres, admit_sqlite
from bench.orders import SystemClock, admit, orders
from bench.postgres import postgres
from bench.rows import Row, median, ratio
from bench.sizes import Size
from bench.stage import work_folder
from bench.stored import migrate
from storage.address import DatabaseAddress, parse_address
from storage.store import open_store

_USERS = 50
_Floor = Callable[[int], Awaitable[float]]  # admits jobs numbered from here on; seconds


async def measure(size: Size) -> list[Row]:
    """SQLite on the checkout's disk, and a PostgreSQL server of our own reached through its socket."""
    return [await _sqlite(size), await _postgres(size)]


async def _sqlite(size: Size) -> Row:
    with work_folder() as name:
        ours, floor = (Path(name) / each for each in ("ours.db", "floor.db"))
        await migrate(floor)

        async def bare(first: int) -> float:
            return await asyncio.to_thread(admit_sqlite.admit, floor, first=first, count=size.admissions, users=_USERS)

        return await _compare(size, "reserve and enqueue, SQLite", ours, bare)


async def _postgres(size: Size) -> Row:
    async with postgres() as url:

        async def bare(first: int) -> float:
            return await admit_postgres.admit(url, first=first, count=size.admissions, users=_USERS)

        return await _compare(size, "reserve and enqueue, PostgreSQL", parse_address(url), bare)


async def _compare(size: Size, name: str, address: DatabaseAddress, bare: _Floor) -> Row:
    """Rounds in turn, the first of each thrown away; both write tables of the same schema with the same indexes."""
    ours, floor = [], []
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(address, SystemClock()))
        waiting = orders(_USERS)
        for number in range(1 + size.rounds):
            floor.append(size.admissions / await bare(number * size.admissions))
            began = time.perf_counter()
            for order in itertools.islice(waiting, size.admissions):
                await admit(store, order)
            ours.append(size.admissions / (time.perf_counter() - began))
    return ratio(name, "/s", ours=median(ours[1:]), floor=median(floor[1:]), at_least=0.3)
