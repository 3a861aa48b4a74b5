"""Reports, and the way from a message back to its job."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from jobs.model import Job, Posted
from jobs.ports import Clock
from jobs.reports import HOUR, MOST_AN_HOUR, Case, Decision, Filed, Report, Reports, TooManyReports, Verdict
from jobs.servers.records import Change
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
    assert await store.add_report(first) is Filed.KEPT
    assert await store.add_report(replace(first, reason="changed my mind", reported_at=3_000)) is Filed.REPEATED
    assert await store.add_report(other) is Filed.KEPT
    async with open_again() as restarted:
        assert await restarted.untold_reports(since=0) == [first, other]


async def test_of_one_member_only_some_an_hour_are_kept_in_each_server_also_after_a_restart(
    store: SqlStore, open_again: OpenStore, admit: Admit
) -> None:
    jobs = [await admit() for _ in range(MOST_AN_HOUR + 1)]
    for number, job in enumerate(jobs[:-1]):
        assert await store.add_report(report_of(job, at=1_000 + number)) is Filed.KEPT
    another = report_of(jobs[-1], at=2_000)
    refused = TooManyReports(again_at=1_000 + HOUR)
    async with open_again() as restarted:
        assert await restarted.add_report(another) == refused
        assert await restarted.add_report(report_of(jobs[0], at=2_000)) is Filed.REPEATED
        assert await restarted.add_report(replace(another, user_id=9)) is Filed.KEPT
        assert await restarted.add_report(replace(another, reported_at=refused.again_at - 1)) == refused
        assert await restarted.add_report(replace(another, reported_at=refused.again_at)) is Filed.KEPT
        assert len(await restarted.untold_reports(since=0)) == MOST_AN_HOUR + 2


async def test_what_one_member_reports_in_another_server_counts_there(store: SqlStore, admit: Admit) -> None:
    jobs = [await admit() for _ in range(MOST_AN_HOUR + 1)]
    for job in jobs[:-1]:
        await store.add_report(report_of(job))
    assert await store.add_report(replace(report_of(jobs[-1]), guild_id=2)) is Filed.KEPT


async def test_reports_made_at_once_are_counted_one_after_the_other(
    store: SqlStore, admit: Admit, clock: Clock
) -> None:
    jobs = [await admit() for _ in range(MOST_AN_HOUR + 3)]
    told: list[Report] = []
    reports = Reports(store, clock, told.append)
    filed = await asyncio.gather(*(reports.report(job, user_id=8, reason="not a fox") for job in jobs))
    assert [each for each in filed if each is not Filed.KEPT] == [TooManyReports(again_at=clock.now() + HOUR)] * 3
    assert len(told) == len(await store.untold_reports(since=0)) == MOST_AN_HOUR


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


def verdict(decision: Decision, *, by: int = 5, at: int = 9_000) -> Verdict:
    return Verdict(decision=decision, by=by, at=at)


def change(action: str = "image.remove") -> Change:
    return Change(guild_id=1, actor_id=5, action=action)


async def test_the_reports_of_a_job_are_gathered_with_their_message_also_after_a_restart(
    store: SqlStore, open_again: OpenStore, admit: Admit
) -> None:
    job, other = await admit(), await admit()
    late, early = report_of(job, user=8, at=2_000), report_of(job, user=9)
    for report in (late, early, report_of(other)):
        await store.add_report(report)
    assert await store.report_case(job.id) == Case(job_id=job.id, reports=[early, late])
    await store.name_report_message(job.id, Posted(channel_id=5, message_id=6))
    await store.name_report_message(job.id, Posted(channel_id=5, message_id=7))
    async with open_again() as restarted:
        case = await restarted.report_case(job.id)
    assert case == Case(job_id=job.id, reports=[early, late], posted=Posted(channel_id=5, message_id=7))


async def test_moderators_decide_once_and_what_was_dismissed_can_still_be_removed(
    store: SqlStore, admit: Admit
) -> None:
    job = await admit()
    await store.name_report_message(job.id, Posted(channel_id=5, message_id=6))
    assert await store.decide_reports(job.id, verdict(Decision.DISMISSED), change("report.dismiss"))
    assert not await store.decide_reports(job.id, verdict(Decision.DISMISSED, by=6), change("report.dismiss"))
    assert await store.decide_reports(job.id, verdict(Decision.REMOVED, by=7), change())
    assert not await store.decide_reports(job.id, verdict(Decision.REMOVED, by=8), change())
    assert not await store.decide_reports(job.id, verdict(Decision.DISMISSED, by=8), change("report.dismiss"))
    case = await store.report_case(job.id)
    assert case.verdict == verdict(Decision.REMOVED, by=7)
    assert case.posted == Posted(channel_id=5, message_id=6)
    assert {entry.action for entry in await store.changes(1, limit=9)} == {"image.remove", "report.dismiss"}


async def test_two_who_decide_at_once_decide_once(store: SqlStore, admit: Admit) -> None:
    job = await admit()
    decided = await asyncio.gather(
        *(store.decide_reports(job.id, verdict(Decision.REMOVED, by=number), change()) for number in range(1, 6))
    )
    assert sorted(decided) == [False, False, False, False, True]
    assert len(await store.changes(1, limit=9)) == 1
