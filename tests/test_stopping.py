"""How the gateway is left."""

import asyncio
from types import SimpleNamespace
from typing import Any

from structlog.testing import capture_logs

from stopping import log_out


class Deaf:
    """A client that is closed only when its HTTP session is, as discord.py's waits for a gateway's answer."""

    def __init__(self) -> None:
        self.sockets_gone = asyncio.Event()
        self.closed = False
        self.user: object | None = object()  # it is logged in
        self.http = SimpleNamespace(close=self._close_http)

    async def close(self) -> None:
        await self.sockets_gone.wait()
        self.closed = True

    async def _close_http(self) -> None:
        self.sockets_gone.set()


async def test_a_close_that_is_not_answered_is_not_waited_for() -> None:
    client: Any = Deaf()
    with capture_logs() as log:
        await log_out(client, seconds=0.01)
    assert client.closed
    assert [entry["event"] for entry in log] == ["Discord did not answer the close of the gateway"]


async def test_a_close_that_is_answered_says_nothing() -> None:
    client: Any = Deaf()
    client.sockets_gone.set()
    with capture_logs() as log:
        await log_out(client)
    assert client.closed
    assert log == []


async def test_a_client_that_never_logged_in_has_no_gateway_to_close() -> None:
    client: Any = Deaf()
    client.user = None
    await log_out(client)
    assert client.sockets_gone.is_set()
    assert not client.closed
