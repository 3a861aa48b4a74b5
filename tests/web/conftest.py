"""A served application with a domain side that remembers what it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from jobs.model import Job
from jobs.ports import StoreUnavailable
from jobs.status import Status
from jobs.webhooks import WebhookKey
from tests.support import make_job
from web.app import build_app
from web.metrics import Metrics
from web.ports import Check
from web.server import WebServer

TOKEN, SECRET = "t" * 43, "sécret"
KEYS = {
    ("eachlabs", "0" * 19 + "1"): WebhookKey(token=TOKEN, secret=SECRET, awaited=True),
    ("eachlabs", "0" * 19 + "2"): WebhookKey(token=TOKEN, secret=SECRET, awaited=False),
    ("eachlabs", "0" * 19 + "3"): WebhookKey(token="", secret="", awaited=True),
}


@dataclass
class Receiver:
    """`web.ports.WebhookReceiver` with a running job, a finished one and one without a webhook.

    `arrived` is what it was handed, `asked` about whom it was asked; while `gate` is closed it does not answer.
    """

    keys: dict[tuple[str, str], WebhookKey] = field(default_factory=lambda: dict(KEYS))
    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    error: Exception | None = None
    takes: bool = True
    gate: asyncio.Event | None = None

    async def webhook_key(self, provider: str, job_id: str) -> WebhookKey | None:
        """As the port says."""
        self.asked.append((provider, job_id))
        if self.error is not None:
            raise self.error
        if self.gate is not None:
            await self.gate.wait()
        return self.keys.get((provider, job_id))

    def webhook_arrived(self, job_id: str, body: bytes) -> bool:
        """As the port says."""
        if self.takes:
            self.arrived.append((job_id, body))
        return self.takes


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

    @staticmethod
    async def count_unknown_creates() -> int:
        """The same of creates that may have been paid for nothing."""
        return 2

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
async def serve(*, listening: Mapping[str, Any] | None = None, **options: Any) -> AsyncIterator[Site]:
    """Run the server on a free port, with options of `build_app` and, `listening`, of the server."""
    receiver, health, metrics = Receiver(), Health(), Metrics()
    counts = {"count_jobs": Site.count_jobs, "count_unknown_creates": Site.count_unknown_creates}
    app = build_app(webhooks=receiver, readiness=health, metrics=metrics, **counts | options)
    async with (
        WebServer(app, host="127.0.0.1", port=0, **listening or {}) as server,
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
