from collections.abc import Awaitable, Callable

import pytest

from jobs.model import Job, Posted
from jobs.ports import Clock
from jobs.records import Glimpse, Series, Whose
from jobs.status import Status
from storage.store import SqlStore

JobIn = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]
MINE = Whose(guild_id=1, user_id=7)
NEWEST, OLDEST = "z" * 21, ""


async def one_of_each(job_in: JobIn, advance: Advance, *statuses: Status, **what: object) -> list[Job]:
    jobs = []
    for status in statuses:
        jobs.append(await job_in(status, **what))
        advance(10)
    return jobs


async def shown(
    store: SqlStore, series: Series, job_id: str = NEWEST, *, newer: bool = False, most: int = 9
) -> list[str]:
    read = store.results_after if newer else store.results_before
    return [glimpse.job_id for glimpse in await read(MINE, series, job_id, limit=most)]


@pytest.mark.parametrize(("series", "status"), [(Series.SHOWN, Status.DELIVERED), (Series.KEPT, Status.UNDELIVERED)])
async def test_a_series_goes_on_from_any_job_in_both_directions(
    series: Series, status: Status, store: SqlStore, job_in: JobIn, advance: Advance
) -> None:
    """And holds nothing of another user, another server, or another state."""
    ids = [job.id for job in await one_of_each(job_in, advance, *[status] * 4)]
    await one_of_each(job_in, advance, status, user=8)
    await one_of_each(job_in, advance, status, guild=2)
    other = {Status.DELIVERED, Status.UNDELIVERED} - {status}
    await one_of_each(job_in, advance, *other, Status.FAILED, Status.CANCELLED)
    assert await shown(store, series) == ids[::-1]
    assert await shown(store, series, most=2) == [ids[3], ids[2]]
    assert await shown(store, series, ids[2]) == [ids[1], ids[0]]
    assert await shown(store, series, ids[0], newer=True, most=2) == ids[1:3]
    assert await shown(store, series, OLDEST, newer=True) == ids
    assert await shown(store, series, ids[0]) == []


async def test_a_glimpse_is_what_a_search_looks_at(store: SqlStore, job_in: JobIn) -> None:
    job = await job_in(Status.DELIVERED)
    expected = Glimpse(job_id=job.id, model="flux-lora", prompt="a lighthouse")
    assert await store.results_before(MINE, Series.SHOWN, NEWEST, limit=1) == [expected]
    await store.remove(job)
    [without] = await store.results_before(MINE, Series.SHOWN, NEWEST, limit=1)
    assert without.prompt == ""


async def test_what_is_no_longer_kept_leaves_the_kept_ones(store: SqlStore, job_in: JobIn) -> None:
    job = await job_in(Status.UNDELIVERED)
    await store.remove(job)
    assert await shown(store, Series.KEPT) == []


async def test_favourites_are_a_series_of_their_own(store: SqlStore, job_in: JobIn, advance: Advance) -> None:
    jobs = await one_of_each(job_in, advance, *[Status.DELIVERED] * 3)
    [bens] = await one_of_each(job_in, advance, Status.DELIVERED, user=8)
    for job in (jobs[2], jobs[0], jobs[0], bens):  # twice is once
        await store.mark_favourite(job, is_one=True)
    assert [await store.is_favourite(job) for job in jobs] == [True, False, True]
    assert await shown(store, Series.FAVOURITES) == [jobs[2].id, jobs[0].id]
    assert await shown(store, Series.FAVOURITES, jobs[2].id) == [jobs[0].id]
    assert await shown(store, Series.FAVOURITES, jobs[0].id, newer=True) == [jobs[2].id]
    for _ in range(2):
        await store.mark_favourite(jobs[2], is_one=False)
    assert await shown(store, Series.FAVOURITES) == [jobs[0].id]


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELIVERED])
async def test_only_what_was_delivered_can_be_a_favourite_or_be_hidden(
    status: Status, store: SqlStore, job_in: JobIn
) -> None:
    job = await job_in(status)
    await store.mark_favourite(job, is_one=True)
    assert not await store.is_favourite(job)
    assert await store.hide(job.id) is None
    assert await store.get(job.id) == job


async def test_what_its_user_deleted_is_in_no_series_and_keeps_its_words(
    store: SqlStore, job_in: JobIn, clock: Clock
) -> None:
    job = await job_in(Status.DELIVERED)
    await store.mark_favourite(job, is_one=True)
    hidden = await store.hide(job.id)
    assert hidden is not None
    assert (hidden.hidden_at, hidden.request, hidden.status) == (clock.now(), job.request, Status.DELIVERED)
    assert await store.hide(job.id) is None
    await store.mark_favourite(job, is_one=True)
    assert [await shown(store, series) for series in Series] == [[], [], []]


async def test_the_retention_leaves_favourites_without_their_words(store: SqlStore, job_in: JobIn) -> None:
    """Its promise is older than the mark."""
    job = await job_in(Status.DELIVERED)
    await store.mark_favourite(job, is_one=True)
    removed = await store.remove(job)
    assert removed is not None
    assert removed.request.prompt == ""
    assert await shown(store, Series.FAVOURITES) == [job.id]


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
