"""A wake-up call for a loop that otherwise sleeps until its next appointment."""

import asyncio
import contextlib


class Signal:
    """Set from anywhere, waited for by one loop; calls that come together wake it once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def wake(self) -> None:
        """Let the waiting loop, or its next wait, go on at once."""
        self._event.set()

    async def wait(self, *, seconds: float | None) -> None:
        """Sleep until woken, or for so many seconds; None sleeps until woken."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
