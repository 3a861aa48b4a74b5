"""Takes up again what one short task should carry and does not: a fault of our own must not hold a job and its slot."""

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from jobs.errors import UnknownOutcome
from jobs.model import Job
from jobs.recovery import Steps, resume
from jobs.status import Status
from jobs.world import World, about

_log = structlog.get_logger(__name__)
_ROUND: Final = 60.0  # seconds


class Caretaker:
    """The loop that looks for jobs which nobody carries: their task died, or their claim's answer was lost."""

    def __init__(self, world: World, steps: Steps) -> None:
        self._world = world
        self._steps = steps
        self._alone: Mapping[tuple[str, Status, int], Job] = {}

    async def run(self) -> None:
        """Look once a minute, for ever."""
        while True:
            await asyncio.sleep(_ROUND)
            await self.look()

    async def look(self) -> None:
        """One round. Taken up is what stood just so in the last round too: a task may be about to start."""
        world, carried = self._world, self._carried()
        jobs = await world.store.carried()
        carried |= self._carried()  # those before count as well: what was read may have been their last moment
        alone = {(job.id, job.status, job.attempts): job for job in jobs if job.id not in carried}
        to_resume = [job for key, job in alone.items() if key in self._alone]
        self._alone = alone
        for job in to_resume:
            _log.error("nobody carries the job; it is taken up again", status=job.status.value, **about(job))
            await resume(job, world, self._steps, lost=UnknownOutcome("the task that sent the create has died"))

    def _carried(self) -> set[str]:
        """The ids of the jobs that some short task is about; each one's name ends in its job's."""
        return {name.rpartition(" ")[2] for name in self._world.tasks.live}
