"""A wake-up call for a loop that otherwise sleeps until its next appointment."""

import asyncio
import contextlib


class Signal:
    """Set from anywhere, waited for by one loop; calls that come together wake it once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._has_work = True

    def wake(self) -> None:
        """Let the waiting loop, or its next wait, go on at once."""
        self._event.set()

    def offer(self) -> None:
        """The same, unless the loop waits for work itself: then what only makes room for work is of no use to it."""
        if self._has_work:
            self._event.set()

    async def wait(self, *, seconds: float | None, has_work: bool = True) -> None:
        """Sleep until woken, or for so many seconds; None sleeps until woken.

        `has_work` False: until work comes, whatever room is made for it meanwhile.
        """
        self._has_work = has_work
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._event.wait()
        finally:
            self._has_work = True
        self._event.clear()
