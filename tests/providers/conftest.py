"""A vendor on a real socket that answers as scripted, and jobs to send to it."""

import asyncio
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aiohttp import web

from jobs.catalog import Provider
from jobs.model import Job
from jobs.status import Status
from providers.calls import Patience
from providers.eachlabs import EachLabs
from providers.keys import key_fingerprint
from tests import support

KEY = "sk-test-0123456789abcdef"
PROMPT = "a lighthouse in a storm, painted by somebody who hates the sea"
TOKEN = "webhook-token-31337"
SECRET = "webhook-secret-4711"


@dataclass
class Heard:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's JSON."""
        return json.loads(self.body)


@dataclass
class Vendor:
    """Answers with what was scripted, one after the other; the last one again and again."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    script: deque[Callable[[web.Request], Any]] = field(default_factory=deque)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, status: int, body: object = b"", **headers: str) -> None:
        """Answer with a status and a body (JSON unless it is bytes); `Retry_After="1"` makes a header."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Content-Type", "text/html" if isinstance(body, bytes) else "application/json")

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=data, headers=named)

        self.script.append(answer)

    def drop(self) -> None:
        """Close the connection without a byte, although the request has been read."""

        async def answer(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

        self.script.append(answer)

    def hang(self, *, after: bytes | None = None) -> None:
        """Answer nothing, or only these bytes of a longer body, until the test is over."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            if after is not None:
                await response.prepare(request)
                await response.write(after)
            await self.gone.wait()
            return response

        self.script.append(answer)

    def cut(self, body: bytes, *, stated: int) -> None:
        """State a length, send less, and close the connection."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": str(stated)})
            await response.prepare(request)
            await response.write(body)
            assert request.transport is not None
            request.transport.close()
            return response

        self.script.append(answer)

    def stream(self, chunks: Sequence[bytes]) -> None:
        """Send chunks without stating a length."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            response.enable_chunked_encoding()
            await response.prepare(request)
            for chunk in chunks:
                await response.write(chunk)
            return response

        self.script.append(answer)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Remember the request, answer as scripted."""
        self.heard.append(Heard(request.method, request.raw_path, request.headers.copy(), await request.read()))
        self.arrived.set()
        answer = self.script.popleft() if len(self.script) > 1 else self.script[0]
        response: web.StreamResponse = await answer(request)
        return response


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    """A vendor that listens."""
    made = Vendor()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    made.gone.set()
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """The client that the composition root would open."""
    # Nothing here speaks TLS, and loading the usual certificates takes a while.
    async with httpx.AsyncClient(trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as client:
        yield client


@pytest.fixture
def patience() -> Patience:
    """Repeats as in earnest, only faster."""
    return Patience(attempts=3, total=5.0, first_wait=0.001, longest_wait=0.5)


@pytest.fixture
def eachlabs(vendor: Vendor, http: httpx.AsyncClient, patience: Patience) -> EachLabs:
    """The adapter, pointed at the vendor."""
    return EachLabs(http, base_url=f"{vendor.url}/v1", keys=[KEY], patience=patience)


@pytest.fixture
def make_job() -> Callable[..., Job]:
    """Make a job: `make_job(prediction_id="p1", steps=4)`; what is no field of Job goes into its request."""

    def make(
        *,
        provider: Provider = Provider.EACHLABS,
        key_id: str | None = key_fingerprint(KEY),
        prediction_id: str | None = None,
        **options: Any,
    ) -> Job:
        model = "flux-lora" if provider is Provider.EACHLABS else "flux-2-lora"
        return support.make_job(
            **{"model": model, "prompt": PROMPT, "seed": 42} | options,
            provider=provider,
            status=Status.SUBMITTING,
            key_id=key_id,
            prediction_id=prediction_id,
            webhook_token=TOKEN,
            webhook_secret=SECRET,
        )

    return make
