"""A served application with a domain side that remembers what it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.status import Status
from tests.support import make_job
from web.app import WebServer, build_app
from web.metrics import Metrics
from web.ports import Check


@dataclass
class Receiver:
    """`web.ports.WebhookReceiver` with one job; `arrived` is what it was handed."""

    secrets: dict[tuple[str, str], tuple[str, str]] = field(
        default_factory=lambda: {("eachlabs", "job1"): ("tök-en", "sécret"), ("eachlabs", "job0"): ("", "")}
    )
    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    error: Exception | None = None

    async def webhook_secrets(self, provider: str, job_id: str) -> tuple[str, str] | None:
        """As the port says."""
        self.asked.append((provider, job_id))
        if self.error is not None:
            raise self.error
        return self.secrets.get((provider, job_id))

    def webhook_arrived(self, job_id: str, body: bytes) -> None:
        """As the port says."""
        self.arrived.append((job_id, body))


@dataclass
class Health:
    """`web.ports.Readiness` with settable checks."""

    now: Sequence[Check] = ()

    def checks(self) -> Sequence[Check]:
        """As the port says."""
        return self.now


@dataclass
class Site:
    """A running server and everything around it."""

    port: int
    receiver: Receiver
    health: Health
    metrics: Metrics
    http: httpx.AsyncClient

    @staticmethod
    async def count_jobs() -> dict[Status, int]:
        """What the store would count."""
        return {Status.RUNNING: 3}

    @property
    def unavailable(self) -> Exception:
        """What the store raises when it is away."""
        return StoreUnavailable("database is locked")

    async def raw(self, request: bytes, *, end: bool = False) -> bytes:
        """Send bytes over a socket and return the head of the answer, or what came before the server closed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            await writer.drain()
            if end:
                writer.write_eof()
            return await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as closed:
            return closed.partial
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def serve(**options: Any) -> AsyncIterator[Site]:
    """Run the server on a free port."""
    receiver, health, metrics = Receiver(), Health(), Metrics()
    app = build_app(webhooks=receiver, readiness=health, metrics=metrics, **{"count_jobs": Site.count_jobs} | options)
    async with (
        WebServer(app, host="127.0.0.1", port=0) as server,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", trust_env=False) as http,
    ):
        yield Site(port=server.port, receiver=receiver, health=health, metrics=metrics, http=http)


@pytest.fixture
def serving() -> Callable[..., AbstractAsyncContextManager[Site]]:
    """Run a server with options of `build_app`."""
    return serve


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A running server."""
    async with serve() as running:
        yield running


@pytest.fixture
def job() -> Job:
    """A job that has just been admitted."""
    return make_job(id="job1", prompt="a lighthouse", status=Status.QUEUED)
