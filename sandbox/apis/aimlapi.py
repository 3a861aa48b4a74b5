"""The stand-in of the AI/ML API: one synchronous call."""

import base64
import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from sandbox.apis.generations import Generation, Generations, price_tokens
from sandbox.apis.host import Host
from sandbox.apis.limits import Meter
from sandbox.apis.models import AIMLAPI_BODY, AIMLAPI_MODEL
from sandbox.apis.recorder import Recorder, guarded
from sandbox.apis.results import Results
from sandbox.apis.schema import Issue, issues_in
from sandbox.apis.settings import AimlapiSettings, Tunable
from sandbox.apis.studio import Order

KEY_PREFIX: Final = "sandbox-aimlapi-key"
_BEARER: Final = "Bearer "
_TARGET: Final = "aimlapi.generate"  # of scripted faults
_NAMES: Final = {
    400: "BadRequestException",
    401: "UnauthorizedException",
    403: "ForbiddenException",
    404: "NotFoundException",
    429: "TooManyRequestsException",
}
_KINDS: Final = {
    400: "err_validation",
    401: "err_unauthorized",
    403: "err_insufficent_credits",  # spelt as the vendor spells it
    404: "err_not_found",
    429: "err_too_many_requests",
}


class Aimlapi:
    """The routes under `/aimlapi/v1`."""

    def __init__(
        self,
        *,
        host: Host,
        settings: Tunable[AimlapiSettings],
        generations: Generations,
        results: Results,
        meter: Meter,
        recorder: Recorder,
    ) -> None:
        self._clock, self._faults = host.clock, host.faults
        self._settings, self._generations = settings, generations
        self._results, self._meter, self._recorder = results, meter, recorder

    def app(self) -> web.Application:
        """Make the application that serves them; base64 answers are large, requests are not."""
        self._faults.register(_TARGET)
        app = web.Application(middlewares=[self._recorder.middleware()])
        app.router.add_post("/images/generations", self._route)
        return app

    async def _route(self, request: web.Request) -> web.StreamResponse:
        return await guarded(self._faults, _TARGET, request, lambda: self._generate(request))

    async def _generate(self, request: web.Request) -> web.Response:
        header = request.headers.get("Authorization", "")
        key = header.removeprefix(_BEARER)
        if not header.startswith(_BEARER) or not key.startswith(KEY_PREFIX):
            return self._error(401, "Invalid or missing API key")
        try:
            body = json.loads(await request.text())
        except ValueError:
            body = None
        if isinstance(body, dict) and isinstance(body.get("model"), str) and body["model"] != AIMLAPI_MODEL:
            return self._error(404, f"Model {body['model']} not found")
        if found := issues_in(body, AIMLAPI_BODY):
            return self._error(400, "Body validation error!", issues=found)
        order = Order.from_body(body, default_kind="png", nth=len(self._generations.all()))
        if (refusal := self._limits(key, order)) is not None:
            return refusal
        self._meter.begin(key, self._clock.now_ms())
        try:
            generation = await self._generations.run(key, body, order)
        finally:
            self._meter.end(key)
        return self._answer(generation)

    def _limits(self, key: str, order: Order) -> web.Response | None:
        settings = self._settings.value
        wait_s = self._meter.refusal(
            key, now_ms=self._clock.now_ms(), concurrency=settings.concurrency, per_minute=None
        )
        if wait_s is not None:
            answer = self._error(429, "Too many requests")
            if settings.retry_after:
                answer.headers["Retry-After"] = str(wait_s)
            return answer
        price = price_tokens(order)
        if self._generations.spent_tokens() + price > settings.balance_tokens:
            return self._error(403, "You have run out of credits. Top up to go on.")
        return None

    def _answer(self, generation: Generation) -> web.Response:
        settings = self._settings.value
        if settings.answer_shape == "images":
            return web.json_response(self._images(generation))
        if generation.refused:
            message = "The prompt was refused: its content is against the content policy."
            return self._error(400, message, kind="err_content_policy")
        data = [
            {"url": None, "b64_json": base64.b64encode(picture.data).decode()}
            if settings.answer == "b64_json"
            else {"url": self._results.put(picture), "b64_json": None}
            for picture in generation.pictures
        ]
        body: dict[str, object] = {"data": data}
        if settings.usage != "none":
            body["meta"] = {"usage": {settings.usage: generation.paid_tokens}}
        return web.json_response(body)

    def _images(self, generation: Generation) -> dict[str, object]:
        order = generation.order
        return {
            "images": [
                {
                    "url": self._results.put(picture),
                    "width": picture.width,
                    "height": picture.height,
                    "content_type": picture.content_type,
                }
                for picture in generation.pictures
            ],
            "seed": order.seed,
            "has_nsfw_concepts": [generation.refused] * order.count,
            "prompt": order.prompt,
        }

    def _error(
        self,
        status: int,
        message: str,
        *,
        issues: Sequence[Issue] = (),
        kind: str | None = None,
    ) -> web.Response:
        request_id = uuid.uuid4().hex
        fields = [{"path": list(each.path), "message": each.message} for each in issues]
        body: dict[str, object]
        if self._settings.value.error_shape == "nested":
            data: dict[str, object] = {"kind": kind or _KINDS[status]}
            if fields:
                data["issues"] = fields
            error = {"name": _NAMES[status], "message": message, "data": data}
            body = {"status": status, "message": message, "requestId": request_id, "error": error}
        else:
            now = datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC).isoformat()
            body = {"statusCode": status, "message": message, "requestId": request_id}
            body |= {"path": "/v1/images/generations", "timestamp": now}
            if fields:
                body["errors"] = fields
        return web.json_response(body, status=status, headers={"X-Request-Id": request_id})
