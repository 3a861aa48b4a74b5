"""The sandbox's clock: real time plus an offset, so that fifteen minutes can pass at once."""

import asyncio
import time


class Clock:
    """Milliseconds since 1970, from which every deadline of the sandbox is computed."""

    def __init__(self) -> None:
        self._offset_ms = 0
        self._moved = asyncio.Event()

    def now_ms(self) -> int:
        """Return the sandbox's time in milliseconds since 1970 (UTC)."""
        return time.time_ns() // 1_000_000 + self._offset_ms

    def advance(self, seconds: float) -> None:
        """Move the clock forward and wake whoever sleeps by it.

        Raises:
            ValueError: `seconds` is negative: deadlines that have passed stay passed.
        """
        if seconds < 0:
            raise ValueError("the clock only goes forward")
        self._offset_ms += round(seconds * 1000)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep for so many seconds of this clock."""
        await self.sleep_until(self.now_ms() + round(seconds * 1000))

    async def sleep_until(self, deadline_ms: int) -> None:
        """Sleep until this clock shows `deadline_ms`; returns at once when it already does."""
        while (remaining_ms := deadline_ms - self.now_ms()) > 0:
            moved = self._moved
            try:
                async with asyncio.timeout(remaining_ms / 1000):
                    await moved.wait()
            except TimeoutError:
                continue
