"""What every part of the stand-in works with: the world, the gateway's sessions, faults, tasks, records."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.discord.recorder import Recorder
from sandbox.discord.sessions import Sessions
from sandbox.discord.world import World
from sandbox.faults import Faults


class Tasks:
    """Owns the background tasks; `close` ends them and raises what went wrong in one."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine until it ends or the sandbox stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._failures.append(failure)

    async def close(self) -> None:
        """Cancel what still runs; a failure that happened meanwhile is raised here.

        Raises:
            BaseExceptionGroup: some of the tasks failed.
        """
        for task in (running := list(self._running)):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if self._failures:
            raise BaseExceptionGroup("tasks of the sandbox failed", self._failures)


@dataclass(frozen=True, kw_only=True)
class Discord:
    """The stand-in as its handlers see it."""

    world: World
    faults: Faults
    sessions: Sessions = field(default_factory=Sessions)
    recorder: Recorder = field(default_factory=Recorder)
    tasks: Tasks = field(default_factory=Tasks)


DISCORD: web.AppKey[Discord] = web.AppKey("discord", Discord)
