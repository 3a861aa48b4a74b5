"""One after the other: whatever takes a processor for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """One turn at a time in this process; of each member one waits in the line, and their others behind that one."""

    def __init__(self) -> None:
        self._everybody = asyncio.Lock()
        self._own: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # gone with the last who holds it

    @asynccontextmanager
    async def of(self, user_id: int) -> AsyncIterator[None]:
        """Wait for the member's turn, and have it for the block."""
        own = self._own.setdefault(user_id, asyncio.Lock())
        async with own, self._everybody:
            yield
