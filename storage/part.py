"""What the parts of the store have in common: the engine, the clock, and writes that no cancellation cuts in two."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from jobs.ports import Clock
from storage.engine import Engine

_P = ParamSpec("_P")
_T = TypeVar("_T")
_S = TypeVar("_S", bound="Part")


class Part:
    """One concern of the store."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._sql = engine.sql
        self._clock = clock


class Undone(Exception):
    """Leaves a write, so that all of it is rolled back, with what the caller gets instead."""

    def __init__(self, answer: Any = None) -> None:
        super().__init__()
        self.answer = answer


def write(
    method: Callable[Concatenate[_S, Any, _P], Coroutine[Any, Any, _T]],
) -> Callable[Concatenate[_S, _P], Coroutine[Any, Any, _T]]:
    """Run the method as one transaction; it gets the connection, and awaits nothing but statements.

    It is finished when its caller is cancelled, and the cancellation goes on afterwards: what the world has already
    been told (a prediction's id, a posted message) must not be lost because the bot stops.
    """

    @functools.wraps(method)
    async def whole(part: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            engine = part._engine  # noqa: SLF001 - this is a part's own method
            return await _to_its_end(engine.transact(lambda connection: method(part, connection, *args, **kwargs)))
        except Undone as undone:
            answer: _T = undone.answer
            return answer

    return whole


def read(
    method: Callable[Concatenate[_S, Any, _P], Coroutine[Any, Any, _T]],
) -> Callable[Concatenate[_S, _P], Coroutine[Any, Any, _T]]:
    """Let the method read by several statements at the cost of one; it gets the connection, and awaits nothing else."""

    @functools.wraps(method)
    async def whole(part: _S, /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        engine = part._engine  # noqa: SLF001 - this is a part's own method
        return await engine.read(lambda connection: method(part, connection, *args, **kwargs))

    return whole


async def _to_its_end(work: Coroutine[Any, Any, _T]) -> _T:
    task = asyncio.create_task(work)
    cancellation: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait((task,))
        except asyncio.CancelledError as error:
            cancellation = error
    if cancellation is not None:
        raise cancellation from task.exception()
    return task.result()
