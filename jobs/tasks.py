"""Owned background tasks: none is dropped, none fails unheard, and all end with their owner."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

_log = structlog.get_logger(__name__)
_RESTART_FIRST: Final = 0.5  # seconds
_RESTART_LONGEST: Final = 30.0


class Tasks:
    """A set of tasks with one owner: short ones (`spawn`) and loops that must never end (`supervise`)."""

    def __init__(self) -> None:
        self._short: set[asyncio.Task[None]] = set()
        self._loops: dict[str, asyncio.Task[None]] = {}
        self._down: dict[str, str] = {}

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run to the end in the background; an exception is logged with its trace."""
        task = asyncio.create_task(self._logged(name, work), name=name)
        self._short.add(task)
        task.add_done_callback(self._short.discard)

    def supervise(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a loop that is not meant to end; when it does it is started again with backoff."""
        self._loops[name] = asyncio.create_task(self._restarting(name, loop), name=name)

    @property
    def down(self) -> dict[str, str]:
        """Loops that have died and wait to be started again, with the cause."""
        return dict(self._down)

    @property
    def loops(self) -> tuple[str, ...]:
        """The names of all supervised loops."""
        return tuple(self._loops)

    async def stop_loops(self) -> None:
        """End the loops, so that no new work begins."""
        await _cancel(self._loops.values())
        self._loops.clear()

    async def drain(self, *, seconds: float) -> None:
        """Give the short tasks, and those that they spawn, that long to finish; then cancel what is left."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._short and (remaining := until - loop.time()) > 0:
            await asyncio.wait(set(self._short), timeout=remaining)
        await _cancel(self._short)

    async def _logged(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - whatever it was, it is logged here, since nobody awaits this task
            _log.exception("task failed", action=name)

    async def _restarting(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        pause = _RESTART_FIRST
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await loop()
                cause = "it ended"
            except Exception as error:  # noqa: BLE001 - whatever it was, the loop has to go on
                cause = f"{type(error).__name__}: {error}"
                _log.exception("a background loop died and is started again", action=name, pause_s=pause)
            if asyncio.get_running_loop().time() - started > _RESTART_LONGEST:
                pause = _RESTART_FIRST
            self._down[name] = cause
            await asyncio.sleep(pause)
            self._down.pop(name, None)
            pause = min(_RESTART_LONGEST, 2 * pause)


async def _cancel(tasks: Any) -> None:
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    for task in waiting:
        with contextlib.suppress(asyncio.CancelledError):
            await task
