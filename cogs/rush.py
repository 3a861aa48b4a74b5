"""Acknowledgements go first: in a burst of commands everything else that they begin waits for a calm moment."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

PATIENCE: Final = 2.5  # seconds that an acknowledged command waits at most
AT_ONCE: Final = 2  # commands that are gone on with at once; the database takes one write after the other anyway


class Rush:
    """Discord gives three seconds for an acknowledgement and fifteen minutes for all that follows it."""

    def __init__(self) -> None:
        self._under_way = 0
        self._following = 0  # commands that wait for their turn, or have it
        self._calm = asyncio.Event()
        self._calm.set()
        self._line = asyncio.Semaphore(AT_ONCE)

    @property
    def is_on(self) -> bool:
        """Whether commands wait: what nobody waits for should let them go first."""
        return self._under_way > 0 or self._following >= AT_ONCE

    @contextmanager
    def acknowledging(self) -> Iterator[None]:
        """Around an acknowledgement: until it has ended nothing else takes its turn."""
        self._under_way += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._calm.set()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Around what follows: in the order of arrival, when no acknowledgement is under way; at most 2.5 s later.

        So nobody waits behind those whose database hangs: whoever has waited long enough goes on beside them.
        """
        in_line = False
        self._following += 1
        try:
            with contextlib.suppress(TimeoutError):  # the rush goes on, and so does this
                async with asyncio.timeout(PATIENCE):
                    in_line = await self._line.acquire()
                    await self._calm.wait()
            yield
        finally:
            self._following -= 1
            if in_line:
                self._line.release()
