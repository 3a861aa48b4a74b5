"""What is on its way to one gateway connection, written in order by one task."""

import asyncio
import json
import zlib
from dataclasses import dataclass

from aiohttp import web

from sandbox.discord.model import Json


@dataclass(frozen=True)
class Close:
    """The connection ends with this close code; None: it just breaks, as when a network fails."""

    code: int | None


class Outbox:
    """A connection's outgoing frames; `put` never waits, so events keep the order in which they happened."""

    def __init__(self, socket: web.WebSocketResponse, *, compress: bool) -> None:
        self._socket = socket
        self._frames: asyncio.Queue[Json | Close] = asyncio.Queue()
        # zlib-stream is one stream for the whole connection, flushed after each frame.
        self._deflate = zlib.compressobj() if compress else None

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
        if self._deflate is None:
            await self._socket.send_str(text)
        else:
            flushed = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(flushed)

    async def _end(self, close: Close, request: web.Request) -> None:
        if close.code is not None:
            await self._socket.close(code=close.code)
        elif request.transport is not None:
            request.transport.abort()
