"""The bot as a process of its own, for what only a process shows: signals, exit codes, its log, its death."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox import Sandbox
from sandbox.client import SandboxClient
from storage.address import parse_address
from tests.e2e.support import PATIENCE, free_port, sql

ROOT = Path(__file__).parents[2]


class BotProcess:
    """`python bot.py run` with the settings of an operator, its working directory and its log in one folder.

    `arguments`: what Python is given instead of `bot.py run`.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        world: SandboxClient,
        folder: Path,
        name: str = "bot",
        *,
        arguments: Sequence[str] = (str(ROOT / "bot.py"), "run"),
        database_url: str | None = None,
    ) -> None:
        self.database_url = database_url or f"sqlite:///{folder / 'bot.db'}"
        self._sandbox, self._world = sandbox, world
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None
        self.folder = folder
        self.log_path = folder / f"{name}.log"
        self.port = free_port()

    def environment(self, **overrides: str) -> dict[str, str]:
        """What is set; an empty text takes a setting away."""
        ours = {
            "DISCORD_TOKEN": "sandbox-token",
            "DISCORD_API_URL": self._sandbox.discord_api_url,
            "EACHLABS_API_KEY": "sandbox-eachlabs-key",
            "EACHLABS_API_URL": self._sandbox.eachlabs_url,
            "AIMLAPI_API_KEY": "sandbox-aimlapi-key",
            "AIMLAPI_API_URL": self._sandbox.aimlapi_url,
            "TRUSTED_RESULT_HOSTS": self._sandbox.host_and_port,
            "DATABASE_URL": self.database_url,
            "DATA_DIR": str(self.folder),
            "HTTP_PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "STOP_SECONDS": "2",
        }
        return {**neutral_environment(), **ours, **overrides}

    async def launch(self, **overrides: str) -> None:
        """Start it and do not wait."""
        with await asyncio.to_thread(self.log_path.open, "ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                cwd=self.folder,  # so that a .env of the checkout plays no part
                env=self.environment(**overrides),
                stderr=log,
            )

    async def start(self, **overrides: str) -> None:
        """Start it and wait until it is online."""
        after = await self._world.cursor()
        await self.launch(**overrides)
        ready = asyncio.create_task(self._world.wait_until_ready(PATIENCE, after))
        ended = asyncio.create_task(self.wait())
        await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            ready.cancel()
            raise AssertionError(f"it ended with {ended.result()}: {self.log()}")
        ended.cancel()
        await ready

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None
        return self._process.pid

    async def wait(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return await self._process.wait()

    async def signal(self, number: signal.Signals) -> int:
        """Send a signal; the exit code, minus the signal's number where that ended it."""
        assert self._process is not None
        self._process.send_signal(number)
        return await asyncio.wait_for(self.wait(), PATIENCE)

    async def close(self) -> None:
        """End it, however it is."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def sql(self, statement: str) -> list[dict[str, Any]]:
        """Read or change its database, as another process would."""
        return await sql(parse_address(self.database_url), statement)

    def log(self) -> str:
        """What it has written to stderr."""
        return self.log_path.read_text(encoding="utf-8")


def neutral_environment() -> Mapping[str, str]:
    """The environment without whatever settings of a bot stand in it."""
    kept = {"PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV"}
    return {name: value for name, value in os.environ.items() if name.upper() in kept}
