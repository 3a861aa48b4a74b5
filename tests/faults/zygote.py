"""Starts the bot as a process of its own within a tenth of a second, by forking one that has imported everything."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, Signals
from types import TracebackType
from typing import Any, Self

from tests.e2e.processes import ROOT, BotProcess, neutral_environment
from tests.e2e.support import PATIENCE


class Zygote:
    """The process that is forked; of one user at a time."""

    def __init__(self) -> None:
        environment = {**neutral_environment(), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.launcher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:  # closes the pipes, upon which it ends
            pass

    def ask(self, **request: object) -> None:
        """Send a request."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def answer(self) -> int:
        """The next answer. Blocking."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


class ForkedBot(BotProcess):
    """The bot of a case, with failpoints around it."""

    def __init__(self, zygote: Zygote, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zygote = zygote
        self._number = 0
        self._ended: asyncio.Task[int] | None = None

    async def launch(self, **overrides: str) -> None:
        """See `BotProcess`."""
        environment = self.environment(**overrides)
        self._zygote.ask(environment=environment, folder=str(self.folder), log=str(self.log_path))
        self._number = await asyncio.to_thread(self._zygote.answer)
        self._ended = asyncio.create_task(asyncio.to_thread(self._zygote.answer))

    async def wait(self) -> int:
        """See `BotProcess`."""
        assert self._ended is not None
        return await asyncio.shield(self._ended)

    async def signal(self, number: Signals) -> int:
        """See `BotProcess`."""
        self._send(number)
        return await asyncio.wait_for(self.wait(), PATIENCE)

    async def close(self) -> None:
        """See `BotProcess`."""
        self._send(SIGKILL)
        if self._ended is not None:
            await self._ended

    def log(self) -> str:
        """See `BotProcess`."""
        return Path(self.log_path).read_text(encoding="utf-8")

    def _send(self, number: Signals) -> None:
        if self._ended is not None and not self._ended.done():
            with suppress(ProcessLookupError):
                os.kill(self._number, number)
