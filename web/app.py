"""The HTTP side: `/webhooks/...`, `/healthz`, `/readyz` and `/metrics`."""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST

from jobs.catalog import Provider
from jobs.ports import StoreUnavailable
from jobs.status import Status
from web.metrics import Metrics
from web.ports import Readiness, WebhookReceiver
from web.webhooks import BODY_SECONDS, PATH, Webhooks

_log = structlog.get_logger(__name__)

_STOP_SECONDS: Final = 5.0  # for requests under way
_LINGER_SECONDS: Final = 1.0  # for what is left of a body that was refused

CountJobs = Callable[[], Awaitable[Mapping[Status, int]]]


def build_app(
    *,
    webhooks: WebhookReceiver,
    readiness: Readiness,
    metrics: Metrics,
    count_jobs: CountJobs,
    providers: Collection[str] = (Provider.EACHLABS,),
    body_seconds: float = BODY_SECONDS,
) -> web.Application:
    """The application.

    Args:
        webhooks: the domain's side of the receiver.
        readiness: what `/readyz` asks.
        metrics: what `/metrics` tells.
        count_jobs: tells how many jobs are in each unfinished state; asked at each scrape.
        providers: those that send webhooks.
        body_seconds: within which a webhook's body must have come.
    """
    probes = _Probes(readiness, metrics, count_jobs)
    app = web.Application(middlewares=[_log_faults])
    app.router.add_post(PATH, Webhooks(webhooks, metrics, providers=providers, body_seconds=body_seconds).handle)
    app.router.add_get("/healthz", probes.health)
    app.router.add_get("/readyz", probes.ready)
    app.router.add_get("/metrics", probes.metrics)
    return app


class WebServer:
    """Serves an application while the `async with` block runs; leaving it lets requests under way finish.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(self, app: web.Application, *, host: str, port: int) -> None:
        """Port 0 asks the system for a free one."""
        # No access log: aiohttp's tells the path, and with it the token. Its own logger tells malformed requests with
        # the offending line, which may hold one too: only that there was one is told.
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_ProtocolLog(logging.getLogger(__name__), {}),
            shutdown_timeout=_STOP_SECONDS,
            lingering_time=_LINGER_SECONDS,
            auto_decompress=False,  # no vendor compresses, and what is counted must be what is held
        )
        self._host, self._port = host, port

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except BaseException:
            await self._runner.cleanup()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._runner.addresses[0][1])


class _ProtocolLog(logging.LoggerAdapter[logging.Logger]):
    """Tells that a request was malformed, and how, without the line at fault: it may hold a token."""

    def exception(
        self, msg: object, *args: object, exc_info: Any = True, stack_info: bool = False, stacklevel: int = 1, **_: Any
    ) -> None:
        """Log a warning: what strangers send is no fault of ours (those `_log_faults` has logged)."""
        kind = type(exc_info).__name__ if isinstance(exc_info, BaseException) else "unknown"
        self.warning(f"{msg}: {kind}", *args, stack_info=stack_info, stacklevel=stacklevel + 1)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Drop the traceback, which ends with the line at fault."""
        return msg, {name: value for name, value in kwargs.items() if name != "exc_info"}


@web.middleware
async def _log_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log a fault of ours by the route's pattern: the path itself may hold a token."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception:
        resource = request.match_info.route.resource
        _log.exception("request failed", route=resource.canonical if resource else None)
        raise  # aiohttp answers 500


class _Probes:
    """What a load balancer, an orchestrator and Prometheus ask."""

    def __init__(self, readiness: Readiness, metrics: Metrics, count_jobs: CountJobs) -> None:
        self._readiness, self._metrics, self._count_jobs = readiness, metrics, count_jobs

    async def health(self, _: web.Request) -> web.Response:
        """200 while the event loop runs: restart the bot when this fails."""
        return web.Response(text="ok\n")

    async def ready(self, _: web.Request) -> web.Response:
        """200 when every check is well, else 503: send no traffic, look what it says."""
        checks = self._readiness.checks()
        ready = all(check.ok for check in checks)
        return web.json_response(
            {
                "ready": ready,
                "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
            },
            status=HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE,
        )

    async def metrics(self, _: web.Request) -> web.Response:
        """Everything counted; the jobs in each state are asked of the database at each scrape."""
        try:
            self._metrics.set_jobs_in_state(await self._count_jobs())
        except StoreUnavailable as error:
            _log.warning("jobs could not be counted", cause=str(error))
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
