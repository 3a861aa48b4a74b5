"""Whether what is written to can be used: bad from the first failure on, good again once a probe has succeeded."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Final, Protocol, TypeVar

import structlog

from jobs.ports import StoreUnavailable

_log = structlog.get_logger(__name__)
_SAME_SPELL: Final = 60.0  # seconds; a cause that comes back sooner is told of no second time
_REMIND: Final = 3600.0  # seconds after which trouble that goes on is told of again


class Health:
    """One spell of trouble at a time; an operator reads one line when it begins and one when it is over.

    Only a probe ends a spell: on a disk that is full, a small write may still succeed between failing ones.
    `listeners` are called whenever `trouble` changes, and must neither raise nor wait.
    """

    def __init__(self, *, begins: str, ends: str) -> None:
        """`begins` and `ends` are the lines of the log."""
        self.listeners: list[Callable[[str | None], None]] = []
        self._begins, self._ends = begins, ends
        self._trouble: str | None = None
        self._bad = asyncio.Event()
        self._since = 0.0
        self._failures = 0
        self._seen: dict[str, float] = {}  # by cause: when it was met last
        self._told_at = -_REMIND
        self._told = False  # of this spell

    @property
    def trouble(self) -> str | None:
        """What is wrong, in one sentence without secrets; None: nothing is."""
        return self._trouble

    async def wait_for_trouble(self) -> None:
        """Return as soon as something is wrong."""
        await self._bad.wait()

    def recovered(self) -> None:
        """A probe has succeeded."""
        if self._trouble is not None and self._told:
            seconds = round(time.monotonic() - self._since, 1)
            _log.warning(self._ends, after_s=seconds, failures=self._failures)
        self._told, self._failures = False, 0
        self._bad.clear()
        self._become(None)

    def failed(self, cause: str) -> None:
        """It cannot be used; the cause is one sentence without secrets."""
        now = time.monotonic()
        begins = self._trouble is None
        if begins:
            self._since = now
        self._failures += 1
        self._bad.set()
        is_new = begins and now - self._seen.get(cause, -_SAME_SPELL) >= _SAME_SPELL
        self._seen[cause] = now
        if is_new or now - self._told_at >= _REMIND:
            self._told_at, self._told = now, True
            _log.error(self._begins, cause=cause)
        self._become(cause)

    def _become(self, trouble: str | None) -> None:
        if trouble == self._trouble:
            return
        self._trouble = trouble
        for listener in self.listeners:
            listener(trouble)


class DatabaseHealth(Health):
    """The database's."""

    def __init__(self) -> None:
        super().__init__(
            begins="the database cannot be used; jobs wait and go on by themselves",
            ends="the database can be used again",
        )

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Notes when the block finds that the database cannot be used."""
        try:
            yield
        except StoreUnavailable as error:
            self.failed(str(error))
            raise


class _Healthy(Protocol):
    @property
    def health(self) -> DatabaseHealth: ...


_E = TypeVar("_E", bound=_Healthy)
_Block = Callable[[_E], AbstractAsyncContextManager[Any]]


def watched(block: "_Block[_E]") -> "_Block[_E]":
    """The same block of an engine's, its failures noted in the engine's health."""

    @functools.wraps(block)
    @asynccontextmanager
    async def noted(engine: _E) -> AsyncIterator[Any]:
        with engine.health.watched():
            async with block(engine) as connection:
                yield connection

    return noted
