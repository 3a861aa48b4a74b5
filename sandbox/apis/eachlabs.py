"""The stand-in of each::labs: create, poll, cancel, list, model."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web

from sandbox.apis import eachlabs_answers as answers
from sandbox.apis.host import Host
from sandbox.apis.limits import Meter
from sandbox.apis.models import EACHLABS_CREATE, EACHLABS_INPUT, EACHLABS_PRICE_MICRO_USD, EACHLABS_SLUG
from sandbox.apis.predictions import Prediction, Predictions
from sandbox.apis.recorder import Recorder, guarded
from sandbox.apis.schema import issues_in
from sandbox.apis.settings import EachlabsSettings, Tunable
from sandbox.apis.studio import Order
from sandbox.fault_kinds import WEBHOOK, FaultKind

KEY_PREFIX: Final = "sandbox-eachlabs-key"
_LISTED_STATUSES: Final = frozenset({"created", "starting", "success", "error"})
_MAX_LIMIT: Final = 100
_WINDOW_MS: Final = 90 * 24 * 3600 * 1000  # listed when no beginning is asked for


class Refusal(Exception):
    """Why a request is answered with an error status."""

    def __init__(
        self, status: int, message: str, details: list[str] | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.details, self.retry_after = status, message, details, retry_after


class Eachlabs:
    """The routes under `/eachlabs/v1`."""

    def __init__(
        self,
        *,
        host: Host,
        settings: Tunable[EachlabsSettings],
        predictions: Predictions,
        meter: Meter,
        recorder: Recorder,
    ) -> None:
        self._clock, self._faults, self._base_url = host.clock, host.faults, host.base_url
        self._settings, self._predictions = settings, predictions
        self._meter, self._recorder = meter, recorder

    def app(self) -> web.Application:
        """Make the application that serves them."""
        app = web.Application(middlewares=[self._recorder.middleware()])
        app.add_routes(
            [
                web.post("/prediction", self._guard("create", self._create)),
                web.post("/prediction/", self._guard("create", self._create)),
                web.get("/prediction/{id}", self._guard("poll", self._poll)),
                web.post("/prediction/{id}/cancel", self._guard("cancel", self._cancel)),
                web.get("/executions", self._guard("list", self._list)),
                web.get("/model", self._guard("model", self._model)),
            ]
        )
        return app

    def _guard(
        self, name: str, handle: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        target = f"eachlabs.{name}"
        self._faults.register(target)

        async def answer(request: web.Request) -> web.Response:
            try:
                return await handle(request)
            except Refusal as refusal:
                return self._refuse(refusal)

        async def route(request: web.Request) -> web.StreamResponse:
            return await guarded(self._faults, target, request, lambda: answer(request))

        return route

    async def _create(self, request: web.Request) -> web.Response:
        settings = self._settings.value
        slashed = request.path.endswith("/")
        if settings.create_redirect == ("to_bare" if slashed else "to_slash"):
            path = request.path.rstrip("/") + ("" if slashed else "/")
            return web.Response(status=settings.create_redirect_status, headers={"Location": path})
        key, text = _key(request), await request.text()
        body = _checked(text)
        order = Order.from_body(body["input"], default_kind="jpeg", nth=len(self._predictions.all()))
        self._check_limits(key, order)
        early = self._faults.take(WEBHOOK, text, frozenset({FaultKind.EARLY}))
        prediction = self._predictions.create(key, body, text, order)
        if early is not None:
            prediction.finish.set()
            await prediction.announced.wait()
        return web.json_response(
            {
                "status": "success",
                "message": "Prediction created successfully",
                "predictionID": prediction.id,
            }
        )

    def _check_limits(self, key: str, order: Order) -> None:
        settings = self._settings.value
        spent = self._predictions.spent_micro_usd() + order.count * EACHLABS_PRICE_MICRO_USD
        if spent > round(settings.balance_usd * 1_000_000):
            raise Refusal(402, "Insufficient balance", ["what is in flight counts"])
        wait_s = self._meter.refusal(
            key,
            now_ms=self._clock.now_ms(),
            concurrency=settings.concurrency,
            per_minute=settings.creates_per_minute,
        )
        if wait_s is not None:
            details = [f"{settings.creates_per_minute} creates a minute, {settings.concurrency} at a time"]
            raise Refusal(429, "Rate limit exceeded", details, wait_s if settings.retry_after else None)

    async def _poll(self, request: web.Request) -> web.Response:
        found = self._find(request)
        base = f"{self._base_url()}/eachlabs/v1"
        return web.json_response(answers.poll(found, self._settings.value, self._clock.now_ms(), base))

    async def _cancel(self, request: web.Request) -> web.Response:
        found = self._find(request)
        if found.ended is not None:
            raise Refusal(400, "Prediction is already finished", [f"status: {found.ended}"])
        self._predictions.cancel(found)
        return web.json_response(
            {
                "status": "cancelled",
                "message": "Prediction canceled successfully",
                "predictionID": found.id,
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        _key(request)
        query, now_ms = request.query, self._clock.now_ms()
        try:
            limit, offset = int(query.get("limit", "20")), int(query.get("offset", "0"))
            since, until = _ms(query.get("from")), _ms(query.get("to"))
        except ValueError as error:
            raise Refusal(400, "Invalid query", [str(error)]) from None
        until = now_ms if until is None else until
        since = until - _WINDOW_MS if since is None else since
        listed_ms = now_ms - round(self._settings.value.appears_after_s * 1000)
        wanted = set(filter(None, query.get("status", "").split(",")))
        if not 1 <= limit <= _MAX_LIMIT or offset < 0 or wanted - _LISTED_STATUSES:
            allowed = ", ".join(sorted(_LISTED_STATUSES))
            raise Refusal(400, "Invalid query", [f"limit 1-100, offset from 0, status of {allowed}"])
        rows = [
            answers.execution(each, now_ms)
            for each in reversed(self._predictions.all())
            if query.get("model") in {None, each.body["model"]}
            and since <= each.created_ms <= min(until, listed_ms)
            and (not wanted or each.status(now_ms) in wanted)
        ]
        page = {"executions": rows[offset : offset + limit], "total_count": len(rows), "total_capped": False}
        return web.json_response({**page, "offset": offset, "limit": limit})

    async def _model(self, request: web.Request) -> web.Response:
        slug = request.query.get("slug")
        if not slug:
            raise Refusal(400, "slug parameter is required")
        if slug != EACHLABS_SLUG:
            raise Refusal(404, "Failed to fetch model: model not found")
        return web.json_response(answers.model())

    def _find(self, request: web.Request) -> Prediction:
        _key(request)
        if (found := self._predictions.get(request.match_info["id"])) is None:
            raise Refusal(404, "Prediction not found")
        return found

    def _refuse(self, refusal: Refusal) -> web.Response:
        body = answers.error(self._settings.value, refusal.status, refusal.message, refusal.details)
        headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
        return web.json_response(body, status=refusal.status, headers=headers)


def _key(request: web.Request) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    key = request.headers.get("X-API-Key") or bearer
    if not key.startswith(KEY_PREFIX):
        raise Refusal(401, "Invalid or missing API key")
    return key


def _checked(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        raise Refusal(400, "Invalid request body", ["body: is not JSON"]) from None
    if found := issues_in(body, EACHLABS_CREATE):
        raise Refusal(400, "Invalid request body", [str(each) for each in found])
    if body["model"] != EACHLABS_SLUG:
        raise Refusal(404, f"Model {body['model']} not found")
    if found := issues_in(body["input"], EACHLABS_INPUT):
        raise Refusal(400, "Invalid input", [str(each) for each in found])
    return dict(body)


def _ms(text: str | None) -> int | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    # RFC 3339 always has an offset; a time without one is what Python would take for local.
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
