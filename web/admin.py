"""The operator's commands over HTTP, on a socket that only the bot's own user can open."""

import contextlib
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import structlog
from aiohttp import web

from jobs.operator.console import Refusal
from jobs.ports import StoreUnavailable

_log = structlog.get_logger(__name__)
NAME: Final = "admin.sock"
_STOP_SECONDS: Final = 2.0
_LARGEST: Final = 1024 * 1024  # bytes of a request: many blocked words

Run = Callable[[str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


def build_admin_app(run: Run) -> web.Application:
    """`POST /{command}` with its values as a JSON object; answers one too, or `{"error": …}` with 409 or 503."""

    async def handle(request: web.Request) -> web.Response:
        command = request.match_info["command"]
        try:
            answer = await run(command, await request.json())
        except Refusal as refusal:
            return web.json_response({"error": str(refusal)}, status=HTTPStatus.CONFLICT)
        except StoreUnavailable as error:
            return web.json_response(
                {"error": f"The database cannot be used: {error}"}, status=HTTPStatus.SERVICE_UNAVAILABLE
            )
        _log.info("the operator ran a command", action=command)
        return web.json_response(answer)

    app = web.Application(client_max_size=_LARGEST)
    app.router.add_post("/{command}", handle)
    return app


class AdminSocket:
    """Listens on `DATA_DIR/admin.sock`, mode 0600, while the `async with` block runs.

    A socket that a killed process left there is replaced. Where the system knows no such sockets, or the path is too
    long for one, the log says so and the bot runs without.
    """

    def __init__(self, app: web.Application, folder: Path) -> None:
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_STOP_SECONDS)
        self._path = folder / NAME
        self._identity: tuple[int, int] | None = None

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            listening = self._bind()
        except OSError as error:
            _log.warning("`bot.py admin` cannot reach this process", path=str(self._path), cause=str(error))
            return self
        await web.SockSite(self._runner, listening).start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Another process may have put its own there, once the lock was lost.
        if self._identity is not None and _identity(self._path) == self._identity:
            self._path.unlink(missing_ok=True)
        await self._runner.cleanup()

    def _bind(self) -> socket.socket:
        """Closed to others from its first moment: it comes to its place only once nobody else may open it."""
        if not hasattr(socket, "AF_UNIX"):
            raise OSError("this system has no Unix sockets")
        private = self._path.with_name(f".{secrets.token_hex(4)}")
        private.mkdir(mode=0o700)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made = private / "s"
            listening.bind(str(made))
            made.chmod(0o600)
            self._identity = _identity(made)
            made.replace(self._path)
        except OSError:
            listening.close()
            raise
        finally:
            with contextlib.suppress(OSError):
                (private / "s").unlink(missing_ok=True)
            private.rmdir()
        listening.setblocking(False)
        return listening


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino
