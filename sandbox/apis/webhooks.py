"""Delivery of each::labs' webhooks: three attempts, then never again."""

import json
from typing import Final

import aiohttp

from sandbox.apis import eachlabs_answers
from sandbox.apis.host import Host
from sandbox.apis.predictions import Prediction, Status
from sandbox.apis.settings import EachlabsSettings, Tunable
from sandbox.apis.tasks import TaskSet
from sandbox.fault_kinds import WEBHOOK, FaultKind
from sandbox.faults import Fault

_ATTEMPTS: Final = 3
_HTTP_OK: Final = range(200, 300)
AT_THE_END: Final = frozenset(
    {FaultKind.NOT_SENT, FaultKind.LATE, FaultKind.TWICE, FaultKind.WRONG_SECRET, FaultKind.GARBAGE_BODY}
)


class Webhooks:
    """Tells whoever asked for it that a prediction succeeded or failed; a cancelled one tells nobody."""

    def __init__(self, *, host: Host, settings: Tunable[EachlabsSettings], tasks: TaskSet) -> None:
        self._clock, self._events, self._faults = host.clock, host.events, host.faults
        self._settings, self._tasks = settings, tasks
        self._attempts: list[dict[str, object]] = []

    def to_json(self) -> list[dict[str, object]]:
        """Return all attempts, oldest first."""
        return [dict(attempt) for attempt in self._attempts]

    def announce(self, prediction: Prediction) -> None:
        """Begin the delivery for a prediction that just ended, when one is due."""
        due = self._settings.value.webhooks and prediction.ended is not Status.CANCELLED
        if prediction.webhook_url is None or not due:
            prediction.announced.set()
        else:
            self._tasks.spawn(self._deliver(prediction, prediction.webhook_url), f"webhook {prediction.id}")

    async def _deliver(self, prediction: Prediction, url: str) -> None:
        try:
            fault = self._faults.take(WEBHOOK, json.dumps(prediction.body, ensure_ascii=False), AT_THE_END)
            if fault is not None and fault.kind is FaultKind.NOT_SENT:
                return
            if fault is not None and prediction.ended_ms is not None:
                await self._clock.sleep_until(prediction.ended_ms + round(fault.delay_s * 1000))
            times = 2 if fault is not None and fault.kind is FaultKind.TWICE else 1
            async with aiohttp.ClientSession() as http:
                for _ in range(times):
                    await self._try_thrice(http, prediction, url, fault)
        finally:
            prediction.announced.set()

    async def _try_thrice(
        self, http: aiohttp.ClientSession, prediction: Prediction, url: str, fault: Fault | None
    ) -> None:
        settings = self._settings.value
        body = json.dumps(eachlabs_answers.webhook(prediction, settings)).encode()
        headers = {"Content-Type": "application/json"}
        if prediction.webhook_secret is not None:
            headers["X-Webhook-Secret"] = prediction.webhook_secret
        if fault is not None and fault.kind is FaultKind.WRONG_SECRET:
            headers["X-Webhook-Secret"] = "not-the-secret-that-was-sent"
        if fault is not None and fault.kind is FaultKind.GARBAGE_BODY:
            body = fault.body.encode() if fault.body is not None else b"\xff\xfe{not json"
        for attempt in range(1, _ATTEMPTS + 1):
            if attempt > 1:
                await self._clock.sleep(settings.webhook_retry_gap_s)
            if await self._attempt(http, prediction, url, body, headers) in _HTTP_OK:
                return

    async def _attempt(
        self,
        http: aiohttp.ClientSession,
        prediction: Prediction,
        url: str,
        body: bytes,
        headers: dict[str, str],
    ) -> int:
        limit = aiohttp.ClientTimeout(total=self._settings.value.webhook_timeout_s)
        status, problem, began = 0, "", self._clock.now_ms()
        try:
            async with http.post(url, data=body, headers=headers, timeout=limit, allow_redirects=False) as got:
                status = got.status
        except (aiohttp.ClientError, TimeoutError) as error:
            problem = f"{type(error).__name__}: {error}"
        self._attempts.append(
            {
                "prediction_id": prediction.id,
                "url": url,
                "headers": headers,
                "body": body.decode(errors="replace"),
                "at_ms": began,
                "took_ms": self._clock.now_ms() - began,
                "status": status,  # 0: no answer came
                "problem": problem,
            }
        )
        prediction.announced.set()
        self._events.emit("webhook_sent", prediction_id=prediction.id, status=status)
        return status
