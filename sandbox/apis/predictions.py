"""The life of an each::labs prediction, from its create to its end."""

import asyncio
import random
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sandbox.apis.host import Host
from sandbox.apis.limits import Meter
from sandbox.apis.models import EACHLABS_PRICE_MICRO_USD
from sandbox.apis.results import Results
from sandbox.apis.settings import EachlabsSettings, Tunable
from sandbox.apis.studio import Order, Studio
from sandbox.apis.tasks import TaskSet, until_let
from sandbox.fault_kinds import RESULT, FaultKind
from sandbox.faults import Fault

_CREATED_SHARE: Final = 0.1  # of the duration, in status `created`
_STARTING_SHARE: Final = 0.25  # until here in status `starting`
_NSFW_TEXT: Final = "The output was flagged by the safety checker as not safe for work."
_FAILED_TEXT: Final = "The model ended with an error: CUDA out of memory."


class Status(StrEnum):
    """How a prediction can end."""

    SUCCESS = "success"
    ERROR = "error"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(kw_only=True, eq=False)
class Prediction:
    """One prediction; `ended` and what follows are set once, at its end."""

    id: str
    key: str
    body: Mapping[str, object]  # the create's, as it came
    order: Order
    created_ms: int
    due_ms: int
    refused: bool  # for its content
    fault: Fault | None
    webhook_url: str | None
    webhook_secret: str | None
    finish: asyncio.Event = field(default_factory=asyncio.Event)  # set: do not wait for `due_ms`
    announced: asyncio.Event = field(default_factory=asyncio.Event)  # set: the webhook was tried, or none is due
    ended: Status | None = None
    ended_ms: int | None = None
    urls: list[str] = field(default_factory=list)
    error: str = ""
    cost_micro_usd: int = 0

    def status(self, now_ms: int) -> str:
        """Return the status that a poll reports."""
        if self.fault is not None and self.fault.kind is FaultKind.UNKNOWN_STATUS and now_ms >= self.due_ms:
            return self.fault.body or "hibernating"
        if self.ended is not None:
            return self.ended
        share = (now_ms - self.created_ms) / max(self.due_ms - self.created_ms, 1)
        if share < _CREATED_SHARE:
            return "created"
        return "starting" if share < _STARTING_SHARE else "processing"


class Predictions:
    """All predictions, oldest first, each living in a task of its own."""

    def __init__(
        self,
        *,
        host: Host,
        settings: Tunable[EachlabsSettings],
        studio: Studio,
        results: Results,
        meter: Meter,
        tasks: TaskSet,
        on_end: Callable[[Prediction], None],
    ) -> None:
        self._clock, self._events, self._faults = host.clock, host.events, host.faults
        self._settings = settings
        self._studio, self._results, self._meter, self._on_end = studio, results, meter, on_end
        self._by_id: dict[str, Prediction] = {}
        self._tasks = tasks

    def all(self) -> list[Prediction]:
        """Return all predictions, oldest first."""
        return list(self._by_id.values())

    def get(self, prediction_id: str) -> Prediction | None:
        """Return one prediction, or None."""
        return self._by_id.get(prediction_id)

    def spent_micro_usd(self) -> int:
        """Return what the ended ones cost and those in flight will."""
        return sum(
            each.cost_micro_usd if each.ended else each.order.count * EACHLABS_PRICE_MICRO_USD
            for each in self._by_id.values()
        )

    def create(self, key: str, body: Mapping[str, object], text: str, order: Order) -> Prediction:
        """Begin a prediction whose create was found good; `text` is what a fault's `match` looks at."""
        settings, now_ms = self._settings.value, self._clock.now_ms()
        url, secret = body.get("webhook_url"), body.get("webhook_secret")
        prediction = Prediction(
            id=str(uuid.uuid4()),
            key=key,
            body=body,
            order=order,
            created_ms=now_ms,
            due_ms=now_ms + round(_duration(settings, nth=len(self._by_id)) * 1000),
            refused=order.safety and bool(settings.refused_word) and settings.refused_word in order.prompt,
            fault=self._faults.take(RESULT, text),
            webhook_url=url if isinstance(url, str) else None,
            webhook_secret=secret if isinstance(secret, str) else None,
        )
        self._by_id[prediction.id] = prediction
        self._meter.begin(key, now_ms)
        self._events.emit("prediction_created", prediction_id=prediction.id)
        self._tasks.spawn(self._live(prediction), f"prediction {prediction.id}")
        return prediction

    def cancel(self, prediction: Prediction) -> None:
        """End a prediction in flight as cancelled, free of charge; when the settings say that this works."""
        if self._settings.value.cancel_works:
            self._end(prediction, Status.CANCELLED)
            prediction.finish.set()

    async def _live(self, prediction: Prediction) -> None:
        kind = None if prediction.fault is None else prediction.fault.kind
        will_paint = kind is None and not prediction.refused
        pictures = await self._studio.paint(prediction.order) if will_paint else []
        await until_let(prediction.finish, self._due(prediction))
        if prediction.ended is not None or kind in {FaultKind.NEVER_ENDS, FaultKind.UNKNOWN_STATUS}:
            return
        status, text = _end_of(prediction)
        prediction.urls = [self._results.put(picture) for picture in pictures]
        prediction.error = text
        self._end(prediction, status)

    async def _due(self, prediction: Prediction) -> None:
        await self._clock.sleep_until(prediction.due_ms)
        await self._settings.until(lambda settings: not settings.hold)

    def _end(self, prediction: Prediction, status: Status) -> None:
        if prediction.ended is not None:
            return
        prediction.ended, prediction.ended_ms = status, self._clock.now_ms()
        if status is Status.SUCCESS:
            prediction.cost_micro_usd = prediction.order.count * EACHLABS_PRICE_MICRO_USD
        self._meter.end(prediction.key)
        self._events.emit("prediction_ended", prediction_id=prediction.id, status=status.value)
        self._on_end(prediction)


def _duration(settings: EachlabsSettings, *, nth: int) -> float:
    most = settings.duration_most_s
    if most <= settings.duration_s:
        return settings.duration_s
    return random.Random(nth).uniform(settings.duration_s, most)  # noqa: S311 - the same durations in each run


def _end_of(prediction: Prediction) -> tuple[Status, str]:
    fault = prediction.fault
    if prediction.refused:
        return Status.ERROR, _NSFW_TEXT
    if fault is None or fault.kind is FaultKind.NO_OUTPUT:
        return Status.SUCCESS, ""
    if fault.kind is FaultKind.CANCELLED:
        return Status.CANCELLED, ""
    if fault.kind is FaultKind.NSFW:
        return Status.ERROR, fault.body or _NSFW_TEXT
    status = Status.FAILED if fault.kind is FaultKind.FAILED else Status.ERROR
    return status, fault.body or _FAILED_TEXT
