"""What the parts of the store have in common: the engine, the clock, and writes that no cancellation cuts in two."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from jobs.ports import Clock
from storage.engine import Engine

P = ParamSpec("P")
T = TypeVar("T")


class Part:
    """One concern of the store."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._sql = engine.sql
        self._clock = clock


def uninterrupted(write: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Finish the write when its caller is cancelled, and let the cancellation go on afterwards.

    What the world has already been told (a prediction's id, a posted message) must not be lost because the bot stops.
    """

    @functools.wraps(write)
    async def to_its_end(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.create_task(write(*args, **kwargs))
        cancellation: asyncio.CancelledError | None = None
        while not task.done():
            try:
                await asyncio.wait((task,))
            except asyncio.CancelledError as error:
                cancellation = error
        if cancellation is not None:
            raise cancellation from task.exception()
        return task.result()

    return to_its_end
