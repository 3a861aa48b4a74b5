"""Every request that reaches an API, as it came, and the faults that strike before and after it is handled."""

import json
import uuid
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from sandbox.clock import Clock
from sandbox.faults import Faults


class Recorder:
    """Keeps the requests to one API; secrets too, for it is a sandbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._requests: list[dict[str, object]] = []

    def to_json(self) -> list[dict[str, object]]:
        """Return the requests, oldest first; `status` is None while one is not answered or was dropped."""
        return [dict(entry) for entry in self._requests]

    def middleware(self) -> Middleware:
        """Make the middleware that records and that names each request in X-Request-Id."""

        @web.middleware
        async def record(
            request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
        ) -> web.StreamResponse:
            text = (await request.read()).decode(errors="replace")
            entry: dict[str, object] = {
                "id": None,
                "at_ms": self._clock.now_ms(),
                "method": request.method,
                "path": request.path,
                "query": dict(request.query),
                "headers": dict(request.headers),
                "body": _parsed(text),
                "status": None,
            }
            self._requests.append(entry)
            answer = await handler(request)
            dropped = request.transport is None or request.transport.is_closing()
            entry["status"] = None if dropped else answer.status
            if not answer.prepared:
                entry["id"] = answer.headers.setdefault("X-Request-Id", uuid.uuid4().hex)
            return answer

        return record


async def guarded(
    faults: Faults, target: str, request: web.Request, handle: Callable[[], Awaitable[web.Response]]
) -> web.StreamResponse:
    """Handle a request unless a fault strikes before, and answer truly unless one strikes after."""
    if struck := await faults.apply(target, request):
        return struck
    answer = await handle()
    return await faults.after(target, request, answer) or answer


def _parsed(text: str) -> object:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
