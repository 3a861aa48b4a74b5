"""Reports, and the way from a message back to its job."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from jobs.model import Job, Posted
from jobs.ports import Clock
from jobs.reports import Report
from jobs.status import Status
from storage.store import SqlStore

Admit = Callable[..., Awaitable[Job]]
JobIn = Callable[..., Awaitable[Job]]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]


def report_of(job: Job, *, user: int = 8, at: int = 1_000, reason: str = "not a fox") -> Report:
    return Report(job_id=job.id, user_id=user, guild_id=1, channel_id=2, message_id=None, reason=reason, reported_at=at)


async def test_a_member_reports_a_job_once_and_others_may_too(
    store: SqlStore, open_again: OpenStore, admit: Admit
) -> None:
    job = await admit()
    first, other = report_of(job), report_of(job, user=9, at=2_000)
    assert await store.add_report(first)
    assert not await store.add_report(replace(first, reason="changed my mind", reported_at=3_000))
    assert await store.add_report(other)
    async with open_again() as restarted:
        assert await restarted.untold_reports(since=0) == [first, other]


async def test_what_was_told_is_untold_no_more(store: SqlStore, admit: Admit) -> None:
    job = await admit()
    first, other = report_of(job), report_of(job, user=9, at=2_000)
    for each in (first, other):
        await store.add_report(each)
    await store.mark_reports_told([first])
    assert await store.untold_reports(since=0) == [other]
    assert await store.untold_reports(since=2_000) == []


async def test_the_retention_removes_the_reasons_with_the_prompts(store: SqlStore, job_in: JobIn, clock: Clock) -> None:
    job = await job_in(Status.DELIVERED)
    await store.add_report(report_of(job))
    await store.remove_old(guild_id=1, before=clock.now() + 1, limit=10)
    assert await store.untold_reports(since=0) == [report_of(job, reason="")]


async def test_a_job_is_found_by_the_messages_that_were_sent_for_it(store: SqlStore, admit: Admit) -> None:
    job = await admit()
    await store.name_post(job.id, "ready", posted=Posted(channel_id=5, message_id=77))
    await store.begin_post(job.id, "failure", channel_id=5)
    found = await store.job_of_message(77)
    assert found is not None
    assert found.id == job.id
    assert await store.job_of_message(78) is None


async def test_a_job_is_found_by_the_message_that_became_its_result(store: SqlStore, job_in: JobIn) -> None:
    job = await job_in(Status.DELIVERED)
    assert job.posted is not None
    found = await store.job_of_message(job.posted.message_id)
    assert found is not None
    assert found.id == job.id
