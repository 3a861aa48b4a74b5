"""Tells the operator's channel of a database or a disk in trouble; it knows no store, so that neither is in its way."""

from cogs.operator.channel import OperatorChannel
from cogs.operator.telling import Telling
from cogs.operator.troubles import Place, TroubleDigest
from jobs.ports import Clock
from jobs.sentence import Sentence


class Alarms:
    """A loop of its own; whoever reports trouble waits for nothing."""

    def __init__(self, channel: OperatorChannel, clock: Clock) -> None:
        self._clock = clock
        self._digest = TroubleDigest()
        self._telling = Telling[Sentence](channel, clock, self._digest, text=lambda said: said, told=_nothing_to_note)

    def changed(self, place: Place, cause: str | None) -> None:
        """It cannot be used, and why; None: it can. Told once it has lasted, and once it has gone for a while."""
        self._digest.changed(place, cause, now=self._clock.now())
        self._telling.wake()

    async def run(self) -> None:
        """The loop: say what is due."""
        await self._telling.run()

    async def close(self) -> None:
        """At the stop: say what is due by then, unless Discord is slow to take it."""
        await self._telling.close()


async def _nothing_to_note(_: Sentence) -> None:
    """The next start finds out by itself how they do."""
