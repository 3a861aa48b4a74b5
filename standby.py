"""Taking turns: stand by until the database's lock is ours, run while it is, and stand by again when it is lost."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

import structlog

from jobs.ports import StoreUnavailable
from startup import PassingFault
from storage.address import DatabaseAddress
from storage.held import Held
from storage.lock import hold

_log = structlog.get_logger("standby")
_T = TypeVar("_T")
YIELD_SECONDS: Final = 1.0  # after a lost lock: whoever stands by comes first
AGAIN_SECONDS: Final = 15.0  # after a turn that could not start


class Stopped(Exception):
    """The stop was asked for."""


class LockLost(Exception):
    """Another process may be active; `str()` says why."""


class Turn:
    """The time in which this process is the active one: until the stop, or until the lock is lost."""

    def __init__(self, stop: asyncio.Event, held: Held | None = None) -> None:
        self._stop = stop
        self._held = held
        self.has_started = False  # set by the run once it serves: what ends it later is no wrong setting

    async def until_over(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What the work returns; it is cancelled when the turn is over first.

        Raises:
            Stopped: the stop was asked for.
            LockLost: the lock was lost.
        """
        working, over = asyncio.create_task(work), asyncio.create_task(self._over())
        try:
            await asyncio.wait({working, over}, return_when=asyncio.FIRST_COMPLETED)
            return over.result() if over.done() else working.result()
        finally:
            working.cancel()
            over.cancel()
            await asyncio.gather(working, over, return_exceptions=True)

    def patience(self, seconds: float) -> float:
        """How long what is on its way may take at the end: no time once another process may do the same."""
        return seconds if self._held is None or self._held.reason is None else 0

    async def _over(self) -> Any:
        ends: list[asyncio.Task[Any]] = [asyncio.create_task(self._stop.wait())]
        if self._held is not None:
            ends.append(asyncio.create_task(self._held.lost()))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        if self._stop.is_set() or self._held is None:
            raise Stopped
        raise LockLost(self._held.reason)


async def take_turns(address: DatabaseAddress, stop: asyncio.Event, run: Callable[[Turn], Awaitable[None]]) -> None:
    """Run whenever this process is the active one of the database, until the run ends by itself.

    A process that has neither stood by nor run has to succeed in starting. After that what may pass is tried again,
    and meanwhile another process may have the turn; a refused token or a wrong setting ends it all the same.

    Raises:
        Stopped: the stop was asked for.
        StartFault: it cannot start, for good.
        PassingFault: the first turn cannot start.
        StoreUnavailable: the same, because of the database.
        UnusableDatabase: the database cannot be used, for good.
    """
    persists = False

    def stand_by() -> None:
        nonlocal persists
        persists = True
        _log.info("another process runs on this database; standing by to take over")

    while True:
        turn = Turn(stop)
        try:
            async with contextlib.AsyncExitStack() as stack:
                lock = hold(address, on_wait=stand_by, patient=persists)
                held = await Turn(stop).until_over(stack.enter_async_context(lock))
                turn = Turn(stop, held)
                await run(turn)
                return
        except LockLost as lost:
            persists = True
            _log.warning("the lock of the database was lost; standing by", cause=str(lost))
            await Turn(stop).until_over(asyncio.sleep(YIELD_SECONDS))
        except (PassingFault, StoreUnavailable) as fault:
            persists = persists or turn.has_started
            if not persists:
                raise
            _log.error("the bot could not start yet; trying again", cause=str(fault), pause_s=AGAIN_SECONDS)
            await Turn(stop).until_over(asyncio.sleep(AGAIN_SECONDS))
