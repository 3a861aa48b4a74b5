"""Owned background tasks: none is dropped, none fails unheard, and all end with their owner."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Final

import structlog

from jobs.ports import StoreUnavailable

_log = structlog.get_logger(__name__)
_RESTART_FIRST: Final = 0.5  # seconds
_RESTART_LONGEST: Final = 30.0
_STEADY: Final = 60.0  # seconds that a loop has to run before its deaths are forgotten
_REMIND: Final = 3600.0  # seconds between two full reports of one and the same cause
_STORE_PAUSE: Final = 1.0  # seconds; the database's trouble is no death, and ends without notice
_GRACE: Final = 2.0  # seconds in which what was cancelled has to end


class Tasks:
    """A set of tasks with one owner: short ones (`spawn`) and loops that must never end (`supervise`)."""

    def __init__(self) -> None:
        self._short: set[asyncio.Task[None]] = set()
        self._loops: dict[str, tuple[_Loop, asyncio.Task[None]]] = {}

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run to the end in the background; an exception is logged with its trace."""
        task = asyncio.create_task(_logged(name, work), name=name)
        self._short.add(task)
        task.add_done_callback(self._short.discard)

    def supervise(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run a loop that is not meant to end; when it dies it is started again with backoff.

        `StoreUnavailable` is no death: the database tells of its trouble itself, and the loop goes on a moment later.
        """
        loop = _Loop(name, work)
        self._loops[name] = loop, asyncio.create_task(loop.run(), name=name)

    @property
    def live(self) -> frozenset[str]:
        """The names of the short tasks that have not ended."""
        return frozenset(task.get_name() for task in self._short)

    @property
    def down(self) -> dict[str, str]:
        """Loops that have died lately, what was seen of it, and for no eyes in particular: without the error's text.

        A loop stays here until it has run for a minute: one that dies again and again is not well in between.
        """
        return {name: loop.state for name, (loop, _) in self._loops.items() if loop.deaths}

    @property
    def loops(self) -> tuple[str, ...]:
        """The names of all supervised loops."""
        return tuple(self._loops)

    async def stop_loops(self) -> None:
        """End the loops, so that no new work begins; returns within seconds, whatever hangs."""
        loops = [task for _, task in self._loops.values()]
        self._loops.clear()
        await _cancel(loops)

    async def drain(self, *, seconds: float) -> None:
        """Give the short tasks, and those that they spawn, that long to finish; then cancel what is left.

        Returns within two seconds more, whatever hangs.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._short and (remaining := until - loop.time()) > 0:
            await asyncio.wait(set(self._short), timeout=remaining)
        await _cancel(self._short)


class _Loop:
    """One supervised loop, and what an operator wants to know about it after a night."""

    def __init__(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        self.deaths = 0  # since it last ran steadily
        self._name = name
        self._work = work
        self._last = ""  # the type of the last error
        self._told: dict[str, float] = {}  # by cause: when it was reported in full
        self._to_tell_the_end = False

    @property
    def state(self) -> str:
        """One line for `/readyz`."""
        often = "once" if self.deaths == 1 else f"{self.deaths} times"
        return f"died {often}, last by {self._last}; it is started again, and the log has the cause"

    async def run(self) -> None:
        """Run the loop, again and again, until this is cancelled."""
        pause = _RESTART_FIRST
        while True:
            if not self.deaths:
                pause = _RESTART_FIRST
            steady = asyncio.get_running_loop().call_later(_STEADY, self._healed)
            try:
                await self._work()
                if _is_cancelled():
                    return
                self._died(RuntimeError("it ended"))
            except StoreUnavailable:
                await asyncio.sleep(_STORE_PAUSE)
                continue
            except asyncio.CancelledError as error:
                if _is_cancelled():
                    raise
                self._died(error)  # something that it waited for was cancelled
            except Exception as error:  # noqa: BLE001 - whatever it was, the loop has to go on
                self._died(error)
            finally:
                steady.cancel()
            await asyncio.sleep(pause)
            pause = min(_RESTART_LONGEST, 2 * pause)

    def _died(self, error: BaseException) -> None:
        """Report in full once a cause and hour: thousands of equal traces would hide what else the night brought."""
        self.deaths += 1
        self._last = type(error).__name__
        now, cause = asyncio.get_running_loop().time(), _cause(error)
        if now - self._told.get(cause, -_REMIND) < _REMIND:
            return
        self._told[cause] = now
        self._to_tell_the_end = True
        _log.error("a background loop died and is started again", action=self._name, deaths=self.deaths, exc_info=error)

    def _healed(self) -> None:
        if self._to_tell_the_end:
            _log.info("a background loop runs again", action=self._name, deaths=self.deaths)
        self.deaths, self._to_tell_the_end = 0, False


async def _logged(name: str, work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        if _is_cancelled():
            raise
        _log.exception("task failed", action=name)  # something that it waited for was cancelled
    except Exception:  # noqa: BLE001 - whatever it was, it is logged here, since nobody awaits this task
        _log.exception("task failed", action=name)


def _cause(error: BaseException) -> str:
    """The same for the same fault, whatever ids its message names: the error's type, and where it was raised."""
    place, trace = "", error.__traceback__
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} {place}"


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    waiting = set(tasks)
    for task in waiting:
        task.cancel()
    if waiting:
        _, hanging = await asyncio.wait(waiting, timeout=_GRACE)
        if hanging:  # the process ends without them
            _log.warning("tasks do not end although they were cancelled", tasks=sorted(t.get_name() for t in hanging))
