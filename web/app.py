"""The HTTP side's application: `/webhooks/...`, `/healthz`, `/readyz` and `/metrics`."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from http import HTTPStatus

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

CountJobs = Callable[[], Awaitable[Mapping[Status, int]]]
CountCreates = Callable[[], Awaitable[int]]


def build_app(
    *,
    webhooks: WebhookReceiver,
    readiness: Readiness,
    metrics: Metrics,
    count_jobs: CountJobs,
    count_unknown_creates: CountCreates,
    providers: Collection[str] = (Provider.EACHLABS,),
    body_seconds: float = BODY_SECONDS,
) -> web.Application:
    """The application.

    Args:
        webhooks: the domain's side of the receiver.
        readiness: what `/readyz` asks.
        metrics: what `/metrics` tells.
        count_jobs: tells how many jobs are in each unfinished state; asked at each scrape.
        count_unknown_creates: tells how many creates may have been paid for nothing; asked at each scrape.
        providers: those that send webhooks.
        body_seconds: within which a webhook's body must have come.
    """
    probes = _Probes(readiness, metrics, count_jobs, count_unknown_creates)
    app = web.Application(middlewares=[_log_faults])
    app.router.add_post(PATH, Webhooks(webhooks, metrics, providers=providers, body_seconds=body_seconds).handle)
    app.router.add_get("/healthz", probes.health)
    app.router.add_get("/readyz", probes.ready)
    app.router.add_get("/metrics", probes.metrics)
    return app


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

    def __init__(
        self, readiness: Readiness, metrics: Metrics, count_jobs: CountJobs, count_creates: CountCreates
    ) -> None:
        self._readiness, self._metrics = readiness, metrics
        self._count_jobs, self._count_creates = count_jobs, count_creates

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
        """Everything counted; what the database holds is asked of it at each scrape."""
        try:
            self._metrics.set_jobs_in_state(await self._count_jobs())
            self._metrics.set_unknown_creates(await self._count_creates())
        except StoreUnavailable as error:
            _log.debug("jobs could not be counted", cause=str(error))
        return web.Response(body=self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
