"""The numbers that a waiting member is shown: none is promised that cannot be known."""

from dataclasses import replace

from jobs.catalog import Provider
from jobs.progress import Progress, ProgressReader
from jobs.servers.records import Change
from jobs.servers.rules import Pause
from jobs.world import World
from tests.jobs.support import Rig

GRACE = 120_000


async def read(rig: Rig, job_id: str, world: World | None = None) -> Progress:
    world = world or rig.world()
    reader = ProgressReader(
        world.store, world.catalog, world.forecasts, rig.clock, world.breakers, world.servers,
        slots={Provider.EACHLABS: 1}, grace=GRACE,
    )  # fmt: skip
    progress = await reader.read(job_id)
    assert progress is not None
    return progress


async def test_nothing_is_promised_while_all_slots_are_held_by_overdue_jobs(rig: Rig) -> None:
    await rig.running()
    queued = await rig.admitted()
    early = await read(rig, queued.id)
    assert early.expected_in > 0
    rig.clock.advance(early.typical + 1)
    assert (await read(rig, queued.id)).expected_in == 0


async def test_what_is_being_cancelled_cannot_be_cancelled_again(rig: Rig) -> None:
    job = await rig.running()
    assert (await read(rig, job.id)).can_cancel
    await rig.store.mark_cancelling(job.id, sent_too=True)
    assert not (await read(rig, job.id)).can_cancel


async def test_how_long_a_lost_create_is_looked_for_is_told_until_that_is_over(rig: Rig) -> None:
    job = await rig.claimed()
    await rig.store.mark_unconfirmed(job.id, next_poll_at=rig.clock.now())
    assert (await read(rig, job.id)).search == GRACE
    rig.clock.advance(GRACE)
    assert (await read(rig, job.id)).search == 0


async def test_a_waiting_job_of_a_paused_server_says_so_and_promises_nothing(rig: Rig) -> None:
    """Another server's jobs and what is being made already are told as ever."""
    running = await rig.running()
    queued = await rig.admitted()
    world = rig.world()
    pause = Pause(by=9, at=1, reason="a break")
    await world.servers.change(
        queued.order.guild_id,
        lambda rules: replace(rules, pause=pause),
        entry=lambda _: Change(guild_id=queued.order.guild_id, actor_id=9, action="pause"),
    )
    progress = await read(rig, queued.id, world)
    assert (progress.pause, progress.expected_in, progress.ahead) == (pause, 0, 0)
    assert (await read(rig, running.id, world)).pause is None
