"""API keys that are left alone for a while, because the API refuses them or their credit is used up."""

from typing import Final

from jobs.ports import Clock

REST: Final = 5 * 60_000  # ms


class RestingKeys:
    """Which keys rest; in memory, since a restart may well have mended what was wrong."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, int] = {}

    def rest(self, key_id: str) -> None:
        """Send nothing with this key for five minutes."""
        self._until[key_id] = self._clock.now() + REST

    def is_awake(self, key_id: str) -> bool:
        """Whether it may be used."""
        return self._clock.now() >= self._until.get(key_id, 0)
