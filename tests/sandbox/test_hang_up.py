"""Whoever hangs up in the middle of a request, as a killed bot does, leaves no error behind."""

import asyncio
import logging

import pytest

from sandbox import Sandbox
from sandbox.client import SandboxClient

_HALF = (
    '--half\r\nContent-Disposition: form-data; name="files[0]"; filename="fox.png"\r\n\r\n'
    "the connection breaks before this ends"
)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/api/v10/webhooks/1/token/messages/@original", "multipart/form-data; boundary=half"),
        ("/eachlabs/v1/prediction", "application/json"),
        ("/aimlapi/v1/images/generations", "application/json"),
    ],
)
async def test_half_a_request_is_nobodys_error(path: str, content_type: str, caplog: pytest.LogCaptureFixture) -> None:
    async with Sandbox.start() as sandbox, SandboxClient(sandbox.url) as world:
        _, writer = await asyncio.open_connection(sandbox.host, sandbox.port)
        method = "PATCH" if "webhooks" in path else "POST"
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: here\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: 100000\r\n\r\n{_HALF}".encode()
        )
        await writer.drain()
        await world.requests()  # answered after what came before it has begun
        writer.transport.abort()
        await world.requests()
    # The sandbox has ended, and with it whatever it was answering.
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
