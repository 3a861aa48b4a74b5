"""All scenes: together every transition and every call comes to pass in them."""

import asyncio
from collections.abc import Mapping
from typing import Final

from jobs.status import Status
from sandbox.client import User
from tests.faults import scenes_admins, scenes_delivered, scenes_ended, scenes_gone
from tests.faults.scene import POLL, REGISTERED, SYNCHRONOUS, WEBHOOK, Scene, scene
from tests.faults.stage import Stage

# What comes to pass in several scenes is tried in the first of them: in those where Discord remembers no nonce.
_ORDER: Final = [
    scenes_delivered.__name__,
    scenes_ended.__name__,
    scenes_admins.__name__,
    scenes_gone.__name__,
    __name__,
]


@scene(POLL, WEBHOOK, SYNCHRONOUS)
async def busy_server(stage: Stage) -> None:
    """Three people who order, cancel and press Again, all at once."""
    await stage.world.set_eachlabs(duration_s=0.5)
    await stage.world.set_aimlapi(duration_s=0.5)
    async with asyncio.TaskGroup() as people:
        for user in (stage.mara, stage.ben, stage.olga):
            people.create_task(_visit(stage, user, cancels=stage.random.randrange(3)))


async def _visit(stage: Stage, user: User, *, cancels: int) -> None:
    jobs = [await stage.order(user, count=count) for count in (1, 2, 1)]
    await stage.cancel(jobs[cancels], user)
    for job_id in jobs:
        if await stage.until(job_id) is Status.DELIVERED:
            await stage.again(job_id, user)
            return


SCENES: Final[Mapping[str, Scene]] = dict(
    sorted(REGISTERED.items(), key=lambda each: _ORDER.index(each[1].play.__module__))
)
