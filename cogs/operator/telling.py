"""The loop that says in the operator's channel what a digest has gathered, until Discord has taken it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

import structlog

from cogs.operator.channel import OperatorChannel
from jobs.ports import Clock
from jobs.sentence import Sentence
from jobs.signal import Signal

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")
_Gathered_co = TypeVar("_Gathered_co", covariant=True)
AGAIN: Final = 60.0  # seconds until a message is tried again that Discord did not take
TRIES: Final = 30  # then it is dropped: the log has it all
GOODBYE: Final = 2.0  # seconds that Discord has at the stop


class Digest(Protocol[_Gathered_co]):
    """Gathers what is to be said; times are UTC ms."""

    def due(self, now: int, *, at_the_end: bool = False) -> Sequence[_Gathered_co]:
        """What is to be said now, each handed out once; `at_the_end`: nothing is waited for any longer."""
        ...

    def next_at(self) -> int | None:
        """When there will be something to say if nothing else happens; None: never."""
        ...


class Telling(Generic[_T]):
    """Says it in order; `text` is what is said of one, `told` is awaited once it is said."""

    def __init__(
        self,
        channel: OperatorChannel,
        clock: Clock,
        digest: Digest[_T],
        *,
        text: Callable[[_T], Sentence],
        told: Callable[[_T], Awaitable[None]],
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._digest = digest
        self._text = text
        self._told = told
        self._signal = Signal()
        self._unsent: list[_T] = []

    def wake(self) -> None:
        """The digest has got something new; returns at once."""
        self._signal.wake()

    async def run(self) -> None:
        """The loop: say what is due."""
        tries = 0
        while True:
            self._unsent += self._digest.due(self._clock.now())
            tries = 0 if await self._send() else tries + 1
            if tries == TRIES:
                self._unsent, tries = [], 0
            if self._unsent:
                await asyncio.sleep(AGAIN)
                continue
            at = self._digest.next_at()
            await self._signal.wait(seconds=None if at is None else max(0.0, (at - self._clock.now()) / 1000))

    async def close(self) -> None:
        """At the stop: say what was still being gathered, unless Discord is slow to take it."""
        self._unsent += self._digest.due(self._clock.now(), at_the_end=True)
        try:
            async with asyncio.timeout(GOODBYE):
                await self._send()
        except TimeoutError:
            _log.warning("the operator's channel did not take everything in time", unsent=len(self._unsent))

    async def _send(self) -> bool:
        """Send what is unsent, as far as Discord takes it."""
        while self._unsent:
            if not await self._channel.send(self._text(self._unsent[0])):
                return False
            await self._told(self._unsent.pop(0))
        return True
