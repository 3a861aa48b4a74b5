from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from jobs.model import Job, Posted
from jobs.ports import Clock
from jobs.status import FINISHED, Status
from storage import reads
from storage.store import SqlStore

Admit = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
JobIn = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]


async def _one_of_each(job_in: JobIn, advance: Advance) -> list[Job]:
    """Jobs in every state, the queued one last so that no claim takes it."""
    jobs = []
    for status in [*(status for status in Status if status is not Status.QUEUED), Status.QUEUED]:
        jobs.append(await job_in(status))
        advance(10)
    return jobs


async def test_an_unknown_job_is_none(store: SqlStore) -> None:
    """Old buttons may name jobs that are gone."""
    assert await store.get("00000000000000000000") is None


async def test_a_restart_finds_what_is_unfinished_oldest_first(
    open_again: OpenStore, job_in: JobIn, advance: Advance
) -> None:
    """Nothing accepted is lost."""
    jobs = await _one_of_each(job_in, advance)
    expected = [job for job in jobs if job.status not in FINISHED]
    async with open_again() as restarted:
        assert await restarted.unfinished() == expected


async def test_unfinished_states_are_counted(store: SqlStore, job_in: JobIn, advance: Advance, admit: Admit) -> None:
    """Finished ones are history, and are not."""
    assert await store.count_by_status() == {}
    await _one_of_each(job_in, advance)
    await admit()
    expected = {status: 1 for status in Status if status not in FINISHED}
    assert await store.count_by_status() == expected | {Status.QUEUED: 2}


async def test_due_polls_are_taken_once_and_those_first_that_are_due_longest(
    store: SqlStore, job_in: JobIn, clock: Clock, advance: Advance
) -> None:
    """And what is no longer polled drops out."""
    assert await store.next_poll_at() is None
    late, soon, later = [await job_in(status) for status in (Status.RUNNING, Status.UNCONFIRMED, Status.RUNNING)]
    now = clock.now()
    for job, at in ((late, now + 20), (soon, now + 10), (later, now + 21)):
        await store.schedule_poll(job.id, at=at)
    assert await store.next_poll_at() == now + 10
    assert await store.take_due_polls(limit=10, until=now + 99) == []
    advance(20)
    [taken] = await store.take_due_polls(limit=1, until=now + 99)
    assert (taken.id, taken.polls, taken.next_poll_at) == (soon.id, soon.polls + 1, now + 99)
    assert await store.next_poll_at() == now + 20
    assert [job.id for job in await store.take_due_polls(limit=10, until=now + 99)] == [late.id]
    assert await store.take_due_polls(limit=10, until=now + 99) == []
    await store.mark_cancelling(later.id, sent_too=True)
    assert await store.next_poll_at() == now + 99


async def test_durations_are_those_of_the_last_delivered_jobs(
    store: SqlStore, admit: Admit, claim: Claim, job_in: JobIn, advance: Advance
) -> None:
    """Waiting in the queue and posting are no part of them."""
    await job_in(Status.FAILED)
    await job_in(Status.UNDELIVERED)
    for duration in (1_000, 3_000, 2_000):
        job = await admit()
        advance(50)
        await claim()
        advance(duration)
        await store.mark_delivering(job.id, images=[], cost=None, prediction_id=None)
        advance(50)
        await store.mark_delivered(job.id, posted=Posted(channel_id=1, message_id=2))
    assert await store.recent_durations("flux-lora", limit=2) == [2_000, 3_000]
    assert await store.recent_durations("flux-lora", limit=9) == [2_000, 3_000, 1_000]
    assert await store.recent_durations("flux-2-lora", limit=9) == []


async def test_loras_come_newest_first_and_once(store: SqlStore, admit: Admit, advance: Advance) -> None:
    """For this user in this server."""
    for loras in (("o/a",), ("o/b", "o/c"), (), ("o/a",), ("o/d",)):
        await admit(loras=loras)
        advance(1)
    await admit(loras=("o/of-another-user",), user=8)
    await admit(loras=("o/of-another-server",), guild=2)
    assert await store.recent_loras(guild_id=1, user_id=7, limit=9) == ["o/d", "o/a", "o/b", "o/c"]
    assert await store.recent_loras(guild_id=1, user_id=7, limit=2) == ["o/d", "o/a"]


async def test_at_most_so_many_jobs_ahead_are_counted(
    store: SqlStore, admit: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number shown is capped, and so is the cost of counting."""
    monkeypatch.setattr(reads, "MOST_AHEAD", 3)
    jobs = [await admit() for _ in range(5)]
    assert (await store.place(jobs[-1])).ahead == 3
