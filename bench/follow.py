"""What the sandbox's event log says about the jobs of one measure."""

import asyncio
import time
from collections.abc import Callable, Iterable

from bench.stage import PATIENCE, Stage
from sandbox.client import Event

_PAUSE = 0.2  # seconds between two looks: few, so that looking costs the sandbox little


class Follower:
    """Gathers events from now on."""

    def __init__(self, stage: Stage, after: int) -> None:
        self._stage = stage
        self._after = after
        self.events: list[Event] = []

    @classmethod
    async def begin(cls, stage: Stage) -> "Follower":
        """Follow from now on."""
        return cls(stage, await stage.world.cursor())

    async def fetch(self) -> None:
        """Take what has come since."""
        found = await self._stage.world.events(self._after)
        if found:
            self._after = found[-1].index
            self.events += found

    async def until(self, enough: Callable[[list[Event]], bool], *, seconds: float = PATIENCE) -> None:
        """Gather until it is enough.

        Raises:
            TimeoutError: it was not within these seconds.
        """
        until = time.monotonic() + seconds
        await self.fetch()
        while not enough(self.events):
            if time.monotonic() > until:
                raise TimeoutError(f"not seen within {seconds:g} s")
            await asyncio.sleep(_PAUSE)
            await self.fetch()

    async def until_answered(self, interactions: int, *, seconds: float = PATIENCE) -> None:
        """Gather until so many interactions are acknowledged, or have failed."""
        kinds = ("interaction_acknowledged", "interaction_failed")
        await self.until(lambda _: sum(self.count(kind) for kind in kinds) >= interactions, seconds=seconds)

    async def until_posted(self, interactions: Iterable[int], *, seconds: float = PATIENCE) -> None:
        """Gather until each of these interactions shows pictures."""
        wanted = set(interactions)
        await self.until(lambda events: wanted <= posted_at(events).keys(), seconds=seconds)

    def acknowledgements(self) -> dict[int, int]:
        """Milliseconds from each interaction to its acknowledgement, by interaction."""
        return {
            number(event, "interaction_id"): number(event, "after_ms")
            for event in self.events
            if event.kind == "interaction_acknowledged"
        }

    def sent_at(self) -> dict[int, int]:
        """When each interaction was sent (UTC ms)."""
        return {
            number(event, "interaction_id"): event.at_ms for event in self.events if event.kind == "interaction_sent"
        }

    def count(self, kind: str) -> int:
        """How many events of this kind have come."""
        return sum(event.kind == kind for event in self.events)

    def predictions(self) -> dict[str, tuple[int, int | None]]:
        """When each prediction was created and when it ended (UTC ms), in their order."""
        found: dict[str, tuple[int, int | None]] = {}
        for event in self.events:
            if event.kind == "prediction_created":
                found[str(event.data["prediction_id"])] = (event.at_ms, None)
            elif event.kind == "prediction_ended":
                created_at, _ = found[str(event.data["prediction_id"])]
                found[str(event.data["prediction_id"])] = (created_at, event.at_ms)
        return found


def posted_at(events: Iterable[Event]) -> dict[int, int]:
    """When pictures were first seen in the answer to each interaction (UTC ms)."""
    found: dict[int, int] = {}
    for event in events:
        if event.kind == "message_edited" and event.data["files"] and event.data["interaction_id"] is not None:
            found.setdefault(number(event, "interaction_id"), event.at_ms)
    return found


def number(event: Event, name: str) -> int:
    """A number, or an id, that the event tells."""
    return int(str(event.data[name]))
