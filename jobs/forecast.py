"""How long a job will take, learnt from what its model made last: by the number of images and of steps."""

import statistics
from collections import deque
from typing import Final

from jobs.catalog import Catalog, Model
from jobs.estimates import ENOUGH, REMEMBERED, UNLIKELY, Estimates
from jobs.parameters import Integer, Option
from jobs.queue import TookRecords
from jobs.request import ImageRequest

_STEPS: Final = 28  # what FLUX takes where a vendor does not state its default


class Forecasts:
    """Expected durations of single jobs, beside `Estimates`, which knows those of a model as a whole."""

    def __init__(self, catalog: Catalog, estimates: Estimates) -> None:
        self._catalog = catalog
        self._estimates = estimates
        self._seen: dict[str, deque[tuple[float, int]]] = {
            model.key: deque(maxlen=REMEMBERED) for model in catalog.models
        }

    async def load(self, records: TookRecords) -> None:
        """Start from what the database remembers."""
        for key in self._seen:
            for took in reversed(await records.recently_made(key, limit=REMEMBERED)):
                self.learn(took.request, took.duration)

    def learn(self, request: ImageRequest, duration: int) -> None:
        """This took so many milliseconds from create to completion."""
        model = self._catalog.get(request.model)
        if model is not None and duration <= UNLIKELY * model.typical_ms * max(1.0, _work(request, model)):
            self._seen[model.key].append((_work(request, model), duration))

    def usual(self, model: str) -> int:
        """Milliseconds that any job of this model takes."""
        return self._estimates.typical(model)

    def expected(self, request: ImageRequest) -> int:
        """Milliseconds from create to completion.

        The median of those with as many images and steps. Until there are enough of these: in proportion to images and
        steps, from what the model took otherwise, or from what the catalogue states for one image.
        """
        model = self._catalog.get(request.model)
        if model is None:
            return self.usual(request.model)
        work, seen = _work(request, model), self._seen[model.key]
        same = [duration for other, duration in seen if other == work]
        if len(same) >= ENOUGH:
            return int(statistics.median(same))
        if len(seen) >= ENOUGH:
            return int(work * statistics.median(duration / other for other, duration in seen))
        return int(work * model.typical_ms)


def _work(request: ImageRequest, model: Model) -> float:
    """Images times steps, one image with the model's own number of steps being 1."""
    parameter = model.find(Option.STEPS)
    stated = parameter.kind.default if parameter is not None and isinstance(parameter.kind, Integer) else None
    usual = stated or _STEPS
    return request.images * (request.steps or usual) / usual
