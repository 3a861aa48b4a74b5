"""Acknowledgements go first: in a burst of commands everything else that they begin waits for a calm moment."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

PATIENCE: Final = 2.5  # seconds that an acknowledged command waits at most
DENSE: Final = 10  # acknowledgements within
WITHIN: Final = 0.05  # seconds: what follows then would only push the next ones back
AT_ONCE: Final = 2  # commands that are gone on with at once; the database takes one write after the other anyway


class Rush:
    """Discord gives three seconds for an acknowledgement and fifteen minutes for all that follows it."""

    def __init__(self) -> None:
        self._under_way = 0
        self._following = 0  # commands that wait for their turn, or have it
        self._begun: deque[float] = deque(maxlen=DENSE)  # when the last acknowledgements began, by the loop's clock
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
        self._begun.append(asyncio.get_running_loop().time())
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

        While they come more than two hundred a second nothing follows in the gaps between two of them either.

        So nobody waits behind those whose database hangs: whoever has waited long enough goes on beside them.
        """
        in_line = False
        self._following += 1
        try:
            with contextlib.suppress(TimeoutError):  # the rush goes on, and so does this
                async with asyncio.timeout(PATIENCE):
                    in_line = await self._line.acquire()
                    await self._lull()
            yield
        finally:
            self._following -= 1
            if in_line:
                self._line.release()

    async def _lull(self) -> None:
        """Wait until no acknowledgement is under way, and they come no longer one right after the other."""
        while True:
            await self._calm.wait()
            pause = self._until_thin()
            if pause <= 0:
                return
            await asyncio.sleep(pause)

    def _until_thin(self) -> float:
        """Seconds until the last ones are spread over more than so long; none where they are already."""
        if len(self._begun) < DENSE:
            return 0.0
        return self._begun[0] + WITHIN - asyncio.get_running_loop().time()
