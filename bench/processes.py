"""Programs as processes of their own, with what they cost."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).parents[1]
_KEPT: Final = frozenset({"PATH", "HOME", "LANG", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV"})


class Ended(Exception):
    """A program ended that should have run on; `str()` is the end of what it wrote."""


class Program:
    """A running Python program; what it writes to stderr is in `log`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self.process = process
        self.log = log
        self._seen = psutil.Process(process.pid)

    def cpu_seconds(self) -> float:
        """CPU time so far, user and system, of all its threads."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> float:
        """Resident memory in MB (10^6 bytes)."""
        return float(self._seen.memory_info().rss) / 1e6

    def require_running(self) -> None:
        """Raise `Ended` when it has ended."""
        if self.process.returncode is not None:
            raise Ended(self.log.read_text(encoding="utf-8", errors="replace")[-2_000:])

    async def kill(self) -> None:
        """End it as kill -9 does."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


async def launch(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], *, log: str) -> Program:
    """Start this Python with arguments; its working directory, so that no .env plays a part, and its log: `folder`."""
    path = folder / log
    with path.open("ab") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=folder,
            env={**neutral_environment(), "PYTHONPATH": str(ROOT), **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
    return Program(process, path)


def neutral_environment() -> dict[str, str]:
    """The environment without whatever settings of a bot stand in it."""
    return {name: text for name, text in os.environ.items() if name.upper() in _KEPT}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
