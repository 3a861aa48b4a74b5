"""Orders for pictures, painted in threads so that the event loop stays free."""

import asyncio
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sandbox.apis.art import paint
from sandbox.apis.models import DEFAULT_PRESET, PRESETS
from sandbox.apis.noise import noise, side_of
from sandbox.apis.results import Picture
from sandbox.apis.settings import ResultSettings, Tunable

_AT_ONCE: Final = 2
_REMEMBERED: Final = 8  # pictures: who asks for the same again gets it at once
_DEFAULT_SIDES: Final = (1024, 768)  # of a custom size that leaves one out


@dataclass(frozen=True, kw_only=True)
class Order:
    """What to paint: `count` pictures of `width` x `height` pixels as jpeg, png or webp."""

    prompt: str
    seed: int
    width: int
    height: int
    count: int
    kind: str
    safety: bool

    @classmethod
    def from_body(cls, body: Mapping[str, object], *, default_kind: str, nth: int) -> "Order":
        """Read an order from a checked body; without a seed one is drawn from the prompt and `nth`."""
        size = body.get("image_size", DEFAULT_PRESET)
        width, height = _DEFAULT_SIDES
        if isinstance(size, str):
            width, height = PRESETS[size]
        elif isinstance(size, Mapping):
            width, height = size.get("width", width), size.get("height", height)
        prompt, seed = str(body["prompt"]), body.get("seed")
        if not isinstance(seed, int):
            drawn = hashlib.sha256(f"{nth} {prompt}".encode(errors="replace")).digest()
            seed = 1 + int.from_bytes(drawn[:4], "big") // 2
        count = body.get("num_images", 1)
        return cls(
            prompt=prompt,
            seed=seed,
            width=width,
            height=height,
            count=int(count) if isinstance(count, int | float) else 1,
            kind=str(body.get("output_format", default_kind)),
            safety=body.get("enable_safety_checker", True) is True,
        )

    @property
    def megapixels(self) -> int:
        """Started megapixels of one picture, as the AI/ML API bills them."""
        return -(-self.width * self.height // 1_000_000)


class Studio:
    """Paints a few pictures at a time."""

    def __init__(self, settings: Tunable[ResultSettings]) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._paint = functools.lru_cache(maxsize=_REMEMBERED)(paint)
        self._noise = functools.lru_cache(maxsize=1)(noise)

    async def paint(self, order: Order) -> list[Picture]:
        """Paint all pictures of an order; the same order gives the same bytes."""
        return [await self._one(order, index) for index in range(order.count)]

    async def _one(self, order: Order, index: int) -> Picture:
        if noise_bytes := self._settings.value.noise_bytes:
            async with self._places:
                data = await asyncio.to_thread(self._noise, noise_bytes)
            side = side_of(noise_bytes)
            return Picture(data=data, kind="png", width=side, height=side)
        async with self._places:
            data = await asyncio.to_thread(
                self._paint,
                prompt=order.prompt,
                seed=order.seed,
                index=index,
                size=(order.width, order.height),
                kind=order.kind,
            )
        return Picture(data=data, kind=order.kind, width=order.width, height=order.height)
