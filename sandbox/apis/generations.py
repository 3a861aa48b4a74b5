"""What was asked of the AI/ML API and what came of it."""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.apis.host import Host
from sandbox.apis.models import AIMLAPI_TOKENS_PER_MEGAPIXEL, AIMLAPI_TOKENS_PER_USD
from sandbox.apis.results import Picture
from sandbox.apis.settings import AimlapiSettings, Tunable
from sandbox.apis.studio import Order, Studio
from sandbox.apis.tasks import until_let


@dataclass(kw_only=True, eq=False)
class Generation:
    """One accepted request; `status` is working, answered or refused (for its content)."""

    id: str
    key: str
    body: Mapping[str, object]
    order: Order
    began_ms: int
    refused: bool
    finish: asyncio.Event = field(default_factory=asyncio.Event)  # set: do not wait for its time
    status: str = "working"
    ended_ms: int | None = None
    paid_tokens: int = 0
    pictures: list[Picture] = field(default_factory=list)

    def to_json(self) -> dict[str, object]:
        """Return all there is to know about it, for the control API."""
        return {
            "id": self.id,
            "key": self.key,
            "status": self.status,
            "body": dict(self.body),
            "began_ms": self.began_ms,
            "ended_ms": self.ended_ms,
            "paid_tokens": self.paid_tokens,
            "paid_micro_usd": self.paid_tokens * 1_000_000 // AIMLAPI_TOKENS_PER_USD,
        }


def price_tokens(order: Order) -> int:
    """Return what an order costs when it succeeds: by started megapixel and picture."""
    return order.count * order.megapixels * AIMLAPI_TOKENS_PER_MEGAPIXEL


class Generations:
    """All generations, oldest first."""

    def __init__(self, *, host: Host, settings: Tunable[AimlapiSettings], studio: Studio) -> None:
        self._clock, self._events = host.clock, host.events
        self._settings, self._studio = settings, studio
        self._all: list[Generation] = []

    def all(self) -> list[Generation]:
        """Return all generations, oldest first."""
        return list(self._all)

    def spent_tokens(self) -> int:
        """Return what the ended ones cost and those in work will."""
        return sum(price_tokens(each.order) if each.status == "working" else each.paid_tokens for each in self._all)

    def get(self, generation_id: str) -> Generation | None:
        """Return one generation, or None."""
        return next((each for each in self._all if each.id == generation_id), None)

    async def _due(self, due_ms: int) -> None:
        await self._clock.sleep_until(due_ms)
        await self._settings.until(lambda current: not current.hold)

    async def run(self, key: str, body: Mapping[str, object], order: Order) -> Generation:
        """Generate, for as long as the settings say; paid for even when the client is gone by then."""
        settings, now_ms = self._settings.value, self._clock.now_ms()
        generation = Generation(
            id=str(uuid.uuid4()),
            key=key,
            body=body,
            order=order,
            began_ms=now_ms,
            refused=order.safety and bool(settings.refused_word) and settings.refused_word in order.prompt,
        )
        self._all.append(generation)
        self._events.emit("generation_started", generation_id=generation.id)
        due_ms = now_ms + round(settings.duration_s * 1000)
        try:
            pictures = [] if generation.refused else await self._studio.paint(order)
            await until_let(generation.finish, self._due(due_ms))
        except asyncio.CancelledError:
            generation.status = "aborted"
            raise
        generation.ended_ms, generation.pictures = self._clock.now_ms(), pictures
        generation.status = "refused" if generation.refused else "answered"
        generation.paid_tokens = 0 if generation.refused else price_tokens(order)
        self._events.emit("generation_ended", generation_id=generation.id, status=generation.status)
        return generation
