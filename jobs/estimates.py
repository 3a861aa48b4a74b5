"""How long a model takes, learnt from its last jobs."""

import statistics
from collections import deque
from typing import Final

from jobs.catalog import Catalog
from jobs.store import Store
from jobs.timing import Durations

REMEMBERED: Final = 20  # jobs a model
UNLIKELY: Final = 10  # times what the vendor states: it waited for something else, and tells nothing
ENOUGH: Final = 3  # jobs before the learnt time is believed


class Estimates:
    """Typical durations by model: the catalogue's until enough jobs have been seen."""

    def __init__(self, catalog: Catalog) -> None:
        self._stated = {model.key: model.typical_ms for model in catalog.models}
        self._seen: dict[str, deque[int]] = {key: deque(maxlen=REMEMBERED) for key in self._stated}

    async def load(self, store: Store) -> None:
        """Start from what the database remembers."""
        for key in self._seen:
            for duration in reversed(await store.recent_durations(key, limit=REMEMBERED)):
                self.learn(key, duration)

    def learn(self, model: str, duration: int) -> None:
        """A job of that model took so many milliseconds from create to completion."""
        if model in self._seen and duration <= UNLIKELY * self._stated[model]:
            self._seen[model].append(duration)

    def learnt(self, model: str) -> bool:
        """Whether `typical` rests on jobs of our own."""
        return len(self._seen.get(model, ())) >= ENOUGH

    def typical(self, model: str) -> int:
        """The typical duration in milliseconds: the median of the last jobs, or what the catalogue states."""
        if self.learnt(model):
            return int(statistics.median(self._seen[model]))
        return self._stated.get(model, 20_000)

    def durations(self, model: str) -> Durations:
        """What the looks at a running job are timed by; of ten jobs and more, the extreme tenths are left out."""
        typical, seen = self.typical(model), sorted(self._seen.get(model, ()))
        outliers = len(seen) // 10
        return Durations(
            typical=typical,
            shortest=seen[outliers] if seen else typical,
            longest=seen[-1 - outliers] if seen else typical,
            learnt=self.learnt(model),
        )
