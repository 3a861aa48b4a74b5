"""What each API key has in flight and created lately, limited and measured."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

_MINUTE_MS: Final = 60_000


@dataclass(kw_only=True)
class KeyUse:
    """The use of one key; the maxima are over the sandbox's whole life."""

    in_flight: int = 0
    max_in_flight: int = 0
    accepted: int = 0
    refused: int = 0  # answered with 429
    max_per_minute: int = 0  # creates accepted in any 60 seconds
    recent_ms: deque[int] = field(default_factory=deque)

    def to_json(self) -> dict[str, int]:
        """Return the numbers as the control API shows them."""
        return {
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "accepted": self.accepted,
            "refused": self.refused,
            "max_per_minute": self.max_per_minute,
        }


class Meter:
    """Admits creates within the limits of their key."""

    def __init__(self) -> None:
        self._keys: dict[str, KeyUse] = {}

    def refusal(self, key: str, *, now_ms: int, concurrency: int, per_minute: int | None) -> int | None:
        """Return after how many seconds to come back (at least 1), or None when one more may come now."""
        use = self._use(key, now_ms)
        wait_s: int | None = None
        if use.in_flight >= concurrency:
            wait_s = 1
        if per_minute is not None and len(use.recent_ms) >= per_minute:
            oldest = use.recent_ms[-per_minute] if per_minute else now_ms
            wait_s = max(1, math.ceil((oldest + _MINUTE_MS - now_ms) / 1000))
        if wait_s is not None:
            use.refused += 1
        return wait_s

    def begin(self, key: str, now_ms: int) -> None:
        """Count one more in flight."""
        use = self._use(key, now_ms)
        use.recent_ms.append(now_ms)
        use.accepted += 1
        use.in_flight += 1
        use.max_in_flight = max(use.max_in_flight, use.in_flight)
        use.max_per_minute = max(use.max_per_minute, len(use.recent_ms))

    def end(self, key: str) -> None:
        """Count one less in flight."""
        self._keys[key].in_flight -= 1

    def to_json(self) -> dict[str, dict[str, int]]:
        """Return the use by key."""
        return {key: use.to_json() for key, use in self._keys.items()}

    def _use(self, key: str, now_ms: int) -> KeyUse:
        use = self._keys.setdefault(key, KeyUse())
        while use.recent_ms and use.recent_ms[0] <= now_ms - _MINUTE_MS:
            use.recent_ms.popleft()
        return use
