from collections.abc import Awaitable, Callable

from jobs.model import Job, Posted
from jobs.ports import Clock
from jobs.status import Status
from storage.store import SqlStore

JobIn = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]


async def one_of_each(job_in: JobIn, advance: Advance, *statuses: Status, **what: object) -> list[Job]:
    jobs = []
    for status in statuses:
        jobs.append(await job_in(status, **what))
        advance(10)
    return jobs


async def test_history_shows_what_is_kept_first_then_the_newest(
    store: SqlStore, job_in: JobIn, advance: Advance
) -> None:
    """However long ago it was kept; and nobody else's."""
    kept, failed, delivered = await one_of_each(
        job_in, advance, Status.UNDELIVERED, Status.FAILED, Status.DELIVERED
    )  # fmt: skip
    await one_of_each(job_in, advance, Status.DELIVERED, user=8)
    await one_of_each(job_in, advance, Status.DELIVERED, guild=2)
    assert await store.history(guild_id=1, user_id=7, limit=9) == [kept, delivered, failed]
    assert await store.history(guild_id=1, user_id=7, limit=2) == [kept, delivered]
    assert (await store.history(guild_id=1, user_id=7, limit=9))[0].kept_because == "no permission"


async def test_only_ends_that_nobody_told_are_untold(store: SqlStore, job_in: JobIn, advance: Advance) -> None:
    """A result that was posted was told by it."""
    failed, cancelled, kept, delivered = await one_of_each(
        job_in, advance, Status.FAILED, Status.CANCELLED, Status.UNDELIVERED, Status.DELIVERED
    )
    await one_of_each(job_in, advance, Status.FAILED, user=8)
    await one_of_each(job_in, advance, Status.FAILED, guild=2)
    assert delivered.told_at == delivered.finished_at
    assert await store.untold(guild_id=1, user_id=7, limit=9) == [failed, cancelled, kept]
    assert await store.untold(guild_id=1, user_id=7, limit=1) == [failed]
    for job in (failed, cancelled, kept):
        await store.mark_told(job.id)
    assert await store.untold(guild_id=1, user_id=7, limit=9) == []


async def test_told_once_is_told_at_that_moment(store: SqlStore, job_in: JobIn, clock: Clock, advance: Advance) -> None:
    """Later tellings, and the result itself, do not move it."""
    kept, running = await job_in(Status.UNDELIVERED), await job_in(Status.RUNNING)
    first = clock.now()
    await store.mark_told(kept.id)
    await store.mark_told(running.id)
    advance(10)
    await store.mark_told(kept.id)
    delivered = await store.mark_delivered(kept.id, posted=Posted(channel_id=1, message_id=2))
    assert delivered is not None
    assert delivered.told_at == first
    current = await store.get(running.id)
    assert current is not None
    assert current.told_at is None


async def test_a_start_finds_the_failed_and_cancelled_ones_that_are_still_news(
    store: SqlStore, job_in: JobIn, clock: Clock, advance: Advance
) -> None:
    """What is kept is told at a command; what ended long ago, too."""
    await one_of_each(job_in, advance, Status.FAILED)
    since = clock.now() - 1
    failed, cancelled, _ = await one_of_each(job_in, advance, Status.FAILED, Status.CANCELLED, Status.UNDELIVERED)
    assert await store.to_tell(since=since) == [failed, cancelled]
    await store.mark_told(failed.id)
    assert await store.to_tell(since=since) == [cancelled]
