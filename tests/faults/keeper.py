"""Keeps the bot running as a service manager does: whoever kills it, it is started again at once."""

import asyncio
import math
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from sandbox.client import SandboxClient
from tests.e2e.processes import BotProcess
from tests.e2e.support import PATIENCE
from tests.faults.points import Kill, environment

Death = Kill | float
"""At a point, or so many seconds after it came online."""

ASKED: Final = math.inf
"""When the scene asks for it."""

_RESTART: Final = "a restart"
_AFTER: Final = "after "
_SECONDS: Final = " s"


def told(death: Death) -> str:
    """A death in words."""
    if isinstance(death, Kill):
        return str(death)
    return _RESTART if death == ASKED else f"{_AFTER}{death}{_SECONDS}"


def read_death(text: str) -> Death:
    """Read what `told` has written.

    Raises:
        ValueError: it is no death.
    """
    if text == _RESTART:
        return ASKED
    if text.startswith(_AFTER) and text.endswith(_SECONDS):
        seconds = text.removeprefix(_AFTER).removesuffix(_SECONDS)
        with suppress(ValueError):  # the name of a point may end just so
            return float(seconds)
    return Kill.read(text)


class Died(Exception):
    """The process ended otherwise than by a kill; `str()` is its exit code and the end of its log."""


class Keeper:
    """Starts the process once for each planned death, and then until it is stopped."""

    def __init__(
        self, process: BotProcess, world: SandboxClient, deaths: Sequence[Death], settings: Mapping[str, str]
    ) -> None:
        self._process, self._world = process, world
        self._deaths = iter(deaths)
        self._settings = settings
        self._stopping = False
        self._running: asyncio.Task[None] | None = None
        self.trace = process.folder / "trace"
        self.online = asyncio.Event()
        self.was_online = False
        self.starts = 0
        self.kills = 0

    async def __aenter__(self) -> Self:
        self._running = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()

    async def watch(self) -> None:
        """Wait until it has been stopped.

        Raises:
            Died: it ended by itself.
        """
        if self._running is not None:
            await asyncio.shield(self._running)

    async def die(self) -> None:
        """Kill the process that runs now, and wait until the next one is online."""
        await self.online.wait()
        self.online.clear()
        await self._process.signal(signal.SIGKILL)
        await self.online.wait()

    async def kill(self) -> None:
        """End it for good, however it is."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._process.close()

    async def stop(self) -> None:
        """Stop it gracefully; when a death that was still planned comes in the way, once more."""
        self._stopping = True
        while self._running is not None and not self._running.done():
            await self.online.wait()
            self.online.clear()
            await self._process.signal(signal.SIGTERM)
            online = asyncio.create_task(self.online.wait())
            await asyncio.wait({online, self._running}, return_when=asyncio.FIRST_COMPLETED)
            online.cancel()
        await self.watch()

    async def _run(self) -> None:
        while True:
            death = next(self._deaths, None)
            kill = death if isinstance(death, Kill) else None
            after = await self._world.cursor()
            await self._process.launch(**self._settings, **environment(kill, self.trace))
            self.starts += 1
            helpers = [asyncio.create_task(self._announce(after))]
            if isinstance(death, float):
                helpers.append(asyncio.create_task(self._kill_after(death)))
            try:
                code = await self._process.wait()
            finally:
                for helper in helpers:
                    helper.cancel()
                await asyncio.gather(*helpers, return_exceptions=True)
            self.online.clear()
            if code == 0 and self._stopping:
                return
            if code != -signal.SIGKILL:
                raise Died(f"it ended with {code}: {self._process.log()[-2000:]}")
            self.kills += 1

    async def _announce(self, after: int) -> None:
        await self._world.wait_until_ready(PATIENCE, after)
        self.was_online = True
        self.online.set()

    async def _kill_after(self, seconds: float) -> None:
        await self.online.wait()
        await asyncio.sleep(seconds)
        await self._process.signal(signal.SIGKILL)
