"""Tells the operator's channel of a database or a disk in trouble; it knows no store, so that neither is in its way."""

import asyncio

import structlog

from cogs.operator.channel import AGAIN, GOODBYE, TRIES, OperatorChannel
from cogs.operator.troubles import Place, TroubleDigest
from jobs.ports import Clock
from jobs.sentence import Sentence
from jobs.signal import Signal

_log = structlog.get_logger(__name__)


class Alarms:
    """A loop of its own; whoever reports trouble waits for nothing."""

    def __init__(self, channel: OperatorChannel, clock: Clock) -> None:
        self._channel = channel
        self._clock = clock
        self._digest = TroubleDigest()
        self._signal = Signal()
        self._unsent: list[Sentence] = []

    def changed(self, place: Place, cause: str | None) -> None:
        """It cannot be used, and why; None: it can. Told once it has lasted, and once it has gone for a while."""
        self._digest.changed(place, cause, now=self._clock.now())
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
        """At the stop: say that it is over what has only just ended, unless Discord is slow to take it."""
        self._unsent += self._digest.due(self._clock.now(), at_the_end=True)
        try:
            async with asyncio.timeout(GOODBYE):
                await self._send()
        except TimeoutError:
            _log.warning("the operator's channel did not take everything in time", unsent=len(self._unsent))

    async def _send(self) -> bool:
        """Send what is unsent, as far as Discord takes it."""
        while self._unsent:
            if not await self._channel.send(self._unsent[0]):
                return False
            self._unsent.pop(0)
        return True
