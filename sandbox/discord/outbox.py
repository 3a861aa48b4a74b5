"""What is on its way to one gateway connection, written in order by one task."""

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web

from sandbox.discord.model import Json
from sandbox.discord.streams import Encoder


@dataclass(frozen=True)
class Close:
    """The connection ends with this close code; None: it just breaks, as when a network fails."""

    code: int | None


class Outbox:
    """A connection's outgoing frames; `put` never waits, so events keep the order in which they happened."""

    def __init__(self, socket: web.WebSocketResponse, encode: Encoder | None) -> None:
        self._socket = socket
        self._frames: asyncio.Queue[Json | Close] = asyncio.Queue()
        self._encode = encode

    def put(self, frame: Json | Close) -> None:
        """Send a frame, or close, after all that was put before."""
        self._frames.put_nowait(frame)

    async def write(self, request: web.Request) -> None:
        """Write what is put until a close is; ends early when the peer is gone."""
        while True:
            frame = await self._frames.get()
            if isinstance(frame, Close):
                await self._end(frame, request)
                return
            try:
                await self._send(json.dumps(frame, separators=(",", ":")))
            except ConnectionError:  # the peer went; the reader notices it too and ends the connection
                return

    async def _send(self, text: str) -> None:
        if self._encode is None:
            await self._socket.send_str(text)
        else:
            await self._socket.send_bytes(self._encode(text.encode()))

    async def _end(self, close: Close, request: web.Request) -> None:
        if close.code is not None:
            await self._socket.close(code=close.code)
        elif request.transport is not None:
            request.transport.abort()
