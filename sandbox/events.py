"""The append-only log of what happened in the sandbox, and waiting for what comes next."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened; `index` counts from 1 without gaps, `at_ms` is the sandbox's time."""

    index: int
    at_ms: int
    kind: str
    data: Mapping[str, object]

    def to_json(self) -> dict[str, object]:
        """Write the event as the control API answers it."""
        return {"index": self.index, "at_ms": self.at_ms, "kind": self.kind, "data": dict(self.data)}


class Events:
    """The log; what `emit` is given must be JSON (ids as strings)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._log: list[Event] = []
        self._grown = asyncio.Event()

    def emit(self, kind: str, /, **data: object) -> None:
        """Append an event and wake all who wait for one."""
        self._log.append(Event(index=len(self._log) + 1, at_ms=self._clock.now_ms(), kind=kind, data=data))
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    @property
    def last(self) -> int:
        """The index of the newest event, 0 when there is none."""
        return len(self._log)

    def since(self, after: int) -> list[Event]:
        """Return the events whose index is greater than `after`, oldest first."""
        return self._log[max(after, 0) :]

    async def wait(self, after: int, timeout_s: float) -> list[Event]:
        """Return the events after `after`; when there are none, the first to come, or [] after the time."""
        try:
            async with asyncio.timeout(timeout_s):
                while not (found := self.since(after)):
                    await self._grown.wait()
        except TimeoutError:
            return []
        return found
