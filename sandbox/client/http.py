"""How the sandbox's client talks to the control API."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

from sandbox.client.types import Refused, SandboxError

_OK, _REFUSED = 200, 409
Given = Mapping[str, object]


class ControlSession:
    """One HTTP session with a sandbox's control API."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        # A long poll lasts as long as its caller says, so no total time is set here.
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=10))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("use it as `async with SandboxClient(url) as world:`")
        return self._http

    async def _call(
        self, method: str, path: str, body: Given | None = None, *, query: Mapping[str, str] | None = None
    ) -> Any:
        url = f"{self._url}/sandbox/{path}"
        async with self._session.request(method, url, json=body, params=query) as response:
            if response.status == _OK:
                return await response.json()
            text = await response.text()
            if response.status == _REFUSED:
                raise Refused((await response.json())["refused"])
            raise SandboxError(f"{method} /sandbox/{path}: {response.status} {text}")

    async def _bytes(self, url: str) -> bytes:
        async with self._session.get(url) as response:
            if response.status != _OK:
                raise SandboxError(f"GET {url}: {response.status}")
            return await response.read()
