"""Listens, with bounds on what strangers can hold open: so many connections, and none that says nothing."""

import asyncio
import logging
from collections.abc import Iterable, MutableMapping
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web
from aiohttp.typedefs import Handler

_STOP_SECONDS: Final = 2.0  # for requests under way: they take milliseconds, unless their sender hangs
_LINGER_SECONDS: Final = 1.0  # for what is left of a body that was refused
_KEEPALIVE_SECONDS: Final = 75.0  # between two requests; most reverse proxies close before
_CONNECTIONS_MOST: Final = 256  # a process has some 1,000 files by default, and the bot needs a few dozen
_SILENCE_SECONDS: Final = 10.0  # until the first request must be there


class WebServer:
    """Serves an application while the `async with` block runs; leaving it lets requests under way finish.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(
        self,
        app: web.Application,
        *,
        host: str,
        port: int,
        connections: int = _CONNECTIONS_MOST,
        silence_seconds: float = _SILENCE_SECONDS,
    ) -> None:
        """Port 0 asks the system for a free one.

        `connections` beyond that many are closed unheard, and so is one that has not asked for anything after
        `silence_seconds`, at the latest after twice that time.
        """
        self._door = _Door(connections, silence_seconds)
        app.middlewares.insert(0, self._door.note)
        # No access log: aiohttp's tells the path, and with it the token. Its own logger tells malformed requests with
        # the offending line, which may hold one too: only that there was one is told.
        self._runner = web.AppRunner(
            app,
            access_log=None,
            logger=_ProtocolLog(logging.getLogger(__name__), {}),
            shutdown_timeout=_STOP_SECONDS,
            lingering_time=_LINGER_SECONDS,
            keepalive_timeout=_KEEPALIVE_SECONDS,
            auto_decompress=False,  # no vendor compresses, and what is counted must be what is held
        )
        self._host, self._port = host, port
        self._listening: asyncio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        server, loop = self._runner.server, asyncio.get_running_loop()
        assert server is not None  # noqa: S101 - setup has made it
        try:
            self._listening = await loop.create_server(lambda: self._door.admit(server), self._host, self._port)
        except BaseException:
            await self._runner.cleanup()
            raise
        self._sweeping = asyncio.create_task(self._door.sweep(server), name="silent connections")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.close()
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await self._runner.cleanup()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        sockets: Iterable[Any] = self._listening.sockets if self._listening is not None else ()
        return int(next(iter(sockets)).getsockname()[1])


class _Door:
    """Who comes in, and who has to go because he says nothing."""

    def __init__(self, most: int, silence_seconds: float) -> None:
        self._most, self._silence_seconds = most, silence_seconds
        self._spoken: set[web.RequestHandler] = set()

    def admit(self, server: web.Server) -> asyncio.Protocol:
        return _Closed() if len(server.connections) >= self._most else server()

    @web.middleware
    async def note(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Note whose connection has asked for something."""
        self._spoken.add(request.protocol)
        return await handler(request)

    async def sweep(self, server: web.Server) -> None:
        """Close, for ever, what was silent at two looks; aiohttp itself waits for a first request without an end."""
        silent: set[web.RequestHandler] = set()
        while True:
            await asyncio.sleep(self._silence_seconds)
            for connection in silent - self._spoken:
                connection.force_close()
            self._spoken &= set(server.connections)
            silent = set(server.connections) - self._spoken


class _Closed(asyncio.Protocol):
    """What somebody gets for whom there is no room."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


class _ProtocolLog(logging.LoggerAdapter[logging.Logger]):
    """Tells that a request was malformed, and how, without the line at fault: it may hold a token."""

    def exception(
        self, msg: object, *args: object, exc_info: Any = True, stack_info: bool = False, stacklevel: int = 1, **_: Any
    ) -> None:
        """Log it where somebody looks for it: strangers may send thousands, and they are no fault of ours."""
        kind = type(exc_info).__name__ if isinstance(exc_info, BaseException) else "unknown"
        self.debug(f"{msg}: {kind}", *args, stack_info=stack_info, stacklevel=stacklevel + 1)

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        """Drop the traceback, which ends with the line at fault."""
        return msg, {name: value for name, value in kwargs.items() if name != "exc_info"}
