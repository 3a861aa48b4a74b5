"""A server with both image APIs and a client that speaks to it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from sandbox.apis.app import image_apis
from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.fault_kinds import FaultKind
from sandbox.faults import Fault, Faults

EACHLABS_KEY = {"X-API-Key": "sandbox-eachlabs-key-1"}
AIMLAPI_KEY = {"Authorization": "Bearer sandbox-aimlapi-key-1"}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status, the headers and the JSON (or bytes) that came."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(kw_only=True)
class World:
    """The APIs over HTTP, and what the sandbox's server would hold."""

    url: str
    http: aiohttp.ClientSession
    clock: Clock
    events: Events
    faults: Faults

    async def ask(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request and read its answer."""
        async with self.http.request(method, self.url + path, allow_redirects=False, **options) as got:
            body = await (got.json() if got.content_type == "application/json" else got.read())
            return Answer(status=got.status, headers=got.headers, body=body)

    async def turn(self, api: str, **settings: object) -> None:
        """Change settings."""
        assert (await self.ask("PATCH", f"/sandbox/{api}/settings", json=settings)).status == 200

    async def read(self, path: str, name: str) -> Any:
        """Read a list of the control API."""
        return (await self.ask("GET", f"/sandbox/{path}")).body[name]

    async def create(self, fields: Mapping[str, object] | None = None, **body: object) -> Answer:
        """Create a prediction with this input and these other fields."""
        whole = {"model": "bfl-flux-lora", "input": {"prompt": "a cat", "image_size": "square", **(fields or {})}}
        return await self.ask("POST", "/eachlabs/v1/prediction/", json={**whole, **body}, headers=EACHLABS_KEY)

    async def poll(self, prediction_id: str) -> Any:
        """Read a prediction."""
        answer = await self.ask("GET", f"/eachlabs/v1/prediction/{prediction_id}", headers=EACHLABS_KEY)
        assert answer.status == 200
        return answer.body

    async def ended(self, prediction_id: str) -> Any:
        """Wait until a prediction has ended and read it."""
        await self.event("prediction_ended", prediction_id=prediction_id)
        return await self.poll(prediction_id)

    async def event(self, kind: str, times: int = 1, **data: object) -> None:
        """Wait until that event happened so many times."""
        after = 0
        while times > 0:
            found = await self.events.wait(after, 10)
            assert found, f"no event {kind} {data}"
            times -= sum(each.kind == kind and data.items() <= dict(each.data).items() for each in found)
            after = found[-1].index

    async def generate(self, **body: object) -> Answer:
        """Ask the AI/ML API for pictures."""
        whole = {"model": "blackforestlabs/flux-2-lora", "prompt": "a cat", "image_size": "square", **body}
        return await self.ask("POST", "/aimlapi/v1/images/generations", json=whole, headers=AIMLAPI_KEY)

    async def image(self, url: str) -> Image.Image:
        """Download and decode a picture."""
        assert url.startswith(self.url + "/results/")
        answer = await self.ask("GET", url.removeprefix(self.url))
        assert answer.status == 200
        picture = Image.open(BytesIO(answer.body))
        picture.load()
        return picture

    def fault(self, target: str, kind: FaultKind, **more: Any) -> None:
        """Script a fault."""
        self.faults.add(Fault(target=target, kind=kind, **more))


@asynccontextmanager
async def _world() -> AsyncIterator[World]:
    clock, faults = Clock(), Faults()
    events = Events(clock)
    urls: list[str] = []
    apis = image_apis(faults=faults, clock=clock, events=events, base_url=lambda: urls[0])
    app = web.Application()
    app.add_subapp("/eachlabs/v1", apis.eachlabs_app)
    app.add_subapp("/aimlapi/v1", apis.aimlapi_app)
    app.add_subapp("/results", apis.results_app)
    apis.add_control_routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    urls.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        async with aiohttp.ClientSession() as http:
            yield World(url=urls[0], http=http, clock=clock, events=events, faults=faults)
    finally:
        faults.clear()
        await runner.cleanup()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Give both APIs, quick: nothing takes longer than its painting."""
    async with _world() as world:
        await world.turn("eachlabs", duration_s=0, webhook_retry_gap_s=0)
        await world.turn("aimlapi", duration_s=0)
        yield world
