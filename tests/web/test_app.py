from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from jobs.ports import StoreUnavailable
from jobs.status import Status
from web.app import build_app
from web.metrics import Metrics, WebhookOutcome
from web.ports import Check
from web.server import WebServer

Site = Any


Serving = Callable[..., AbstractAsyncContextManager[Site]]


async def test_health_is_well_whatever_the_checks_say(site: Site) -> None:
    """It tells that the loop runs, no more: a restart mends no database."""
    site.health.now = [Check(name="database", ok=False, detail="locked")]
    answer = await site.http.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


@pytest.mark.parametrize(
    ("checks", "status", "ready"),
    [
        ([], 200, True),
        ([("database", True, ""), ("discord", True, "connected")], 200, True),
        ([("database", True, ""), ("discord", False, "no connection since 10 s")], 503, False),
    ],
)
async def test_ready_means_that_every_check_is_well(
    site: Site, checks: list[tuple[str, bool, str]], status: int, ready: bool
) -> None:
    """Each is listed, so that an operator sees which is not."""
    site.health.now = [Check(name=name, ok=ok, detail=detail) for name, ok, detail in checks]
    answer = await site.http.get("/readyz")
    assert answer.status_code == status
    assert answer.json() == {
        "ready": ready,
        "checks": [{"name": name, "ok": ok, "detail": detail} for name, ok, detail in checks],
    }


async def test_metrics_come_in_prometheus_text_format(site: Site) -> None:
    """With the content type that Prometheus asks for."""
    site.metrics.webhook(WebhookOutcome.ACCEPTED)
    answer = await site.http.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert 'fluxcord_webhooks_total{outcome="accepted"} 1.0' in answer.text


async def test_unfinished_jobs_are_counted_at_each_scrape(site: Site) -> None:
    """Also when nothing has happened since the start."""
    answer = await site.http.get("/metrics")
    assert 'fluxcord_jobs_in_state{status="running"} 3.0' in answer.text
    assert 'fluxcord_jobs_in_state{status="queued"} 0.0' in answer.text


async def test_creates_that_may_have_been_paid_for_nothing_are_asked_of_the_database_at_each_scrape(site: Site) -> None:
    """What is counted in memory is forgotten at every restart."""
    assert "fluxcord_unknown_creates 2.0" in (await site.http.get("/metrics")).text


async def test_metrics_are_told_although_the_database_is_away(serving: Serving) -> None:
    """What is counted in memory is still worth having."""

    async def away() -> dict[Status, int]:
        raise StoreUnavailable("locked")

    async with serving(count_jobs=away) as site:
        assert (await site.http.get("/metrics")).status_code == 200


async def test_other_paths_do_not_exist(site: Site) -> None:
    """Nothing else is served."""
    assert (await site.http.get("/")).status_code == 404


async def test_the_port_is_free_again_when_the_server_is_left(site: Site) -> None:
    """A restart finds it free, and a taken one is told."""
    counts = {"count_jobs": site.count_jobs, "count_unknown_creates": site.count_unknown_creates}
    app = build_app(webhooks=site.receiver, readiness=site.health, metrics=Metrics(), **counts)
    with pytest.raises(OSError, match="address already in use"):
        async with WebServer(app, host="127.0.0.1", port=site.port):
            pytest.fail("it listens twice")
    other = build_app(webhooks=site.receiver, readiness=site.health, metrics=Metrics(), **counts)
    async with WebServer(other, host="127.0.0.1", port=0) as server:
        port = server.port
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(f"http://127.0.0.1:{port}/healthz")
