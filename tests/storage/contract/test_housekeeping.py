"""What is removed in time, and what stays true without it."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from jobs.model import Job
from jobs.outcomes import Period
from jobs.ports import Clock
from jobs.servers.people_records import Ban, Grant
from jobs.servers.records import Change as Entry
from jobs.servers.spending import SpendWarning
from jobs.status import FINISHED, Status
from storage.housekeeping import DOUBT_MARGIN
from storage.store import SqlStore
from tests.storage.support import execute
from tests.support import daily

Admit = Callable[..., Awaitable[Job]]
JobIn = Callable[..., Awaitable[Job]]
Change = Callable[[Job, Status], Awaitable[Job | None]]
Advance = Callable[[int], None]
DAY = 24 * 3600 * 1000
_ENTRY = Entry(guild_id=1, actor_id=9, action="ban")
SECRETS = ("a lighthouse", "o/lora", "interaction-token", "Change the size.", "no permission", "1.png")


async def _found(store: SqlStore) -> dict[str, dict[str, str]]:
    """Every job's row by id, all of it as text."""
    rows = await execute(store._engine, "SELECT * FROM jobs ORDER BY id")
    return {str(row[0]): {str(number): str(value) for number, value in enumerate(row)} for row in rows}


def _holds(row: dict[str, str], job: Job) -> list[str]:
    text = json.dumps(row)
    return [secret for secret in (*SECRETS, job.webhook_token, job.webhook_secret) if secret in text]


async def test_every_word_of_a_finished_job_goes_and_its_numbers_stay(
    store: SqlStore, job_in: JobIn, advance: Advance, clock: Clock
) -> None:
    jobs = [await job_in(status, loras=("o/lora",), images=2) for status in Status if status in FINISHED]
    before = await _found(store)
    assert all(_holds(before[job.id], job) for job in jobs)
    usage = await store.usage(guild_id=1, user_id=7, allowance=daily(100))
    advance(1)
    removed = await store.remove_old(guild_id=1, before=clock.now(), limit=10)
    assert sorted(removed) == sorted(job.id for job in jobs)
    after = await _found(store)
    assert [_holds(after[job.id], job) for job in jobs] == [[]] * len(jobs)
    for job in jobs:
        now = await store.get(job.id)
        assert now is not None
        assert (now.status, now.removed_at, now.request.images) == (job.status, clock.now(), 2)
        assert (now.posted, now.cost, now.created_at) == (job.posted, job.cost, job.created_at)
        assert (now.request.prompt, now.request.loras, now.images) == ("", (), ())
        assert (now.failure is None) == (job.failure is None)
        assert (now.told_at is None) == (job.status is Status.UNDELIVERED)
    assert await store.usage(guild_id=1, user_id=7, allowance=daily(100)) == usage
    assert await store.recent_loras(guild_id=1, user_id=7, limit=9) == []
    assert len(await store.recent_durations("flux-lora", limit=9)) == 1
    assert [job.status for job in await store.untold(guild_id=1, user_id=7, limit=9)] == [Status.UNDELIVERED]


async def test_unfinished_and_younger_jobs_are_left_alone(
    store: SqlStore, job_in: JobIn, advance: Advance, clock: Clock
) -> None:
    unfinished = [await job_in(status) for status in Status if status not in {*FINISHED, Status.QUEUED}]
    advance(1)
    younger = await job_in(Status.FAILED)
    assert await store.remove_old(guild_id=1, before=clock.now(), limit=99) == []
    for job in (*unfinished, younger):
        assert await store.get(job.id) == job
        if job in unfinished:
            assert await store.remove(job) is None
    assert (await store.remove(younger)) is not None
    assert (await store.remove(younger)) is None


async def test_batches_are_bounded_and_come_oldest_first(
    store: SqlStore, job_in: JobIn, advance: Advance, clock: Clock
) -> None:
    jobs = []
    for _ in range(3):
        jobs.append((await job_in(Status.FAILED)).id)
        advance(1)
    assert list(await store.remove_old(guild_id=1, before=clock.now(), limit=2)) == jobs[:2]
    assert list(await store.remove_old(guild_id=1, before=clock.now(), limit=2)) == jobs[2:]
    assert await store.remove_old(guild_id=1, before=clock.now(), limit=2) == []


async def test_kept_results_are_listed_oldest_first_until_they_are_dropped(
    store: SqlStore, job_in: JobIn, advance: Advance
) -> None:
    jobs = []
    for _ in range(3):
        jobs.append(await job_in(Status.UNDELIVERED))
        advance(1)
    await job_in(Status.DELIVERED)
    assert [job.id for job in await store.kept(limit=2)] == [job.id for job in jobs[:2]]
    dropped = await store.remove(jobs[0])
    assert dropped is not None
    assert [job.id for job in await store.kept(limit=9)] == [job.id for job in jobs[1:]]


async def test_that_kept_images_were_dropped_is_told_once_more(store: SqlStore, job_in: JobIn) -> None:
    """Their user was told that they are kept."""
    job = await job_in(Status.UNDELIVERED)
    await store.mark_told(job.id)
    await store.remove(job)
    assert [untold.id for untold in await store.untold(guild_id=1, user_id=7, limit=9)] == [job.id]


async def test_a_removed_job_proves_no_webhook(store: SqlStore, job_in: JobIn) -> None:
    """Its token is empty, and no route takes an empty one."""
    removed = await store.remove(await job_in(Status.DELIVERED))
    assert removed is not None
    assert (removed.webhook_token, removed.webhook_secret, removed.order.reply.token) == ("", "", "")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.QUEUED])
async def test_replies_are_closed_of_unfinished_jobs_only(status: Status, store: SqlStore, job_in: JobIn) -> None:
    job = await job_in(status)
    await store.close_replies()
    now = await store.get(job.id)
    assert now is not None
    assert (now.order.reply.expires_at == 0) == (status not in FINISHED)


async def test_what_was_posted_goes_with_the_words(store: SqlStore, job_in: JobIn) -> None:
    jobs = [await job_in(Status.DELIVERED) for _ in range(2)]
    for job in jobs:
        await store.begin_post(job.id, "result", channel_id=2)
    await store.remove(jobs[0])
    assert [len(await store.posts(job.id)) for job in jobs] == [0, 1]


async def test_old_creates_of_finished_jobs_go_and_those_that_count_stay(
    store: SqlStore, job_in: JobIn, advance: Advance, clock: Clock
) -> None:
    ended = [await job_in(Status.DELIVERED), await job_in(Status.FAILED), await job_in(Status.DELIVERED)]
    advance(100)
    now = clock.now()
    young = await job_in(Status.DELIVERED)
    assert [await store.prune(before=now, limit=1) for _ in range(3)] == [1, 1, 0]
    assert await _created(store) == [young.id]
    assert [(await store.get(job.id)) for job in ended] == ended


@pytest.mark.parametrize("status", [Status.SUBMITTING, Status.UNCONFIRMED, Status.RUNNING])
async def test_while_a_create_may_be_looked_for_those_from_its_time_stay(
    status: Status, store: SqlStore, job_in: JobIn, advance: Advance, clock: Clock, change: Change
) -> None:
    """They tell whose an execution may be."""
    old = await job_in(Status.DELIVERED)
    advance(DOUBT_MARGIN + 1)
    near = await job_in(Status.DELIVERED)
    advance(DOUBT_MARGIN)
    doubt = await job_in(status)
    advance(100 * DOUBT_MARGIN)
    assert await store.prune(before=clock.now(), limit=9) == 1
    assert await _created(store) == [near.id, doubt.id]
    assert old.id < near.id
    assert await change(doubt, Status.FAILED)
    assert await store.prune(before=clock.now(), limit=9) == 2


async def _created(store: SqlStore) -> list[str]:
    rows = await execute(store._engine, "SELECT job_id FROM attempts ORDER BY sent_at, job_id")
    return [job_id for (job_id,) in rows]


async def test_users_leave_the_queue_once_it_has_passed_them_and_the_order_stays(
    store: SqlStore, admit: Admit, claim: Callable[..., Awaitable[Job | None]]
) -> None:
    """Nobody gains or loses a place by it."""
    for user in (7, 7, 8):
        await admit(user=user, images=2)
    assert await _in_queue(store) == [(7, 4), (8, 2)]
    for _ in range(3):
        assert await claim()
    await store.prune(before=0, limit=9)
    assert await _in_queue(store) == [(7, 4)]  # the virtual time is 2, where the second job of 7 began
    again = [await admit(user=user, images=2) for user in (7, 8)]
    assert [job.id for job in [await claim(), await claim()] if job] == [again[1].id, again[0].id]


async def _in_queue(store: SqlStore) -> list[tuple[object, ...]]:
    return await execute(store._engine, "SELECT user_id, finish_tag FROM queue_users ORDER BY user_id")


async def test_what_admins_decided_goes_once_it_has_been_over_for_long_enough(
    store: SqlStore, clock: Clock, advance: Advance
) -> None:
    """Of each kind a bounded number; what holds, or has ended of late, stays however old it is."""
    begun = clock.now()
    for user in range(5):
        await _decide(store, user, at=begun, expires_at=begun + 10 * DAY)
    await _decide(store, 5, at=begun, expires_at=begun + 300 * DAY)
    await store.save_ban(Ban(guild_id=1, user_id=6, reason="", by=9, at=begun), _ENTRY)
    assert await store.prune_ended(before=begun, limit=9) == 0
    advance(40 * DAY)
    await _decide(store, 7, at=clock.now(), expires_at=clock.now() + DAY)
    before = begun + 10 * DAY + 1
    removed = [await store.prune_ended(before=before, limit=4) for _ in range(3)]
    assert removed == [16, 6, 0]  # the reset and the warning of 5, too
    assert await _users(store, "bans") == await _users(store, "grants", 6) == [5, 6, 7]
    assert await _users(store, "quota_resets", 6) == [6, 7]
    assert [each for (each,) in await execute(store._engine, "SELECT percent FROM spend_warnings")] == [7]


async def _decide(store: SqlStore, user: int, *, at: int, expires_at: int) -> None:
    """A ban, a grant that is used up, a reset and a warning."""
    await store.save_ban(Ban(guild_id=1, user_id=user, reason="", by=9, at=at, expires_at=expires_at), _ENTRY)
    grant = Grant(user_id=user, images=1, used=0, expires_at=expires_at, by=9, at=at)
    await store.add_grant(grant, guild_id=1, granted=lambda _before, _after: _ENTRY)
    await execute(store._engine, "UPDATE grants SET used = images")
    await store.save_quota_reset(guild_id=1, user_id=user, since=at, change=_ENTRY)
    warning = SpendWarning(guild_id=1, period=Period.DAY, name="2026-11-21", percent=user, cap=1)
    assert await store.claim_warnings([warning]) == [warning]


async def _users(store: SqlStore, table: str, *others: int) -> list[int]:
    rows = await execute(store._engine, f"SELECT user_id FROM {table}")  # noqa: S608 - a name of ours
    return sorted([*others, *(user for (user,) in rows)])


async def test_the_oldest_entries_of_the_audit_log_go_first(store: SqlStore, clock: Clock, advance: Advance) -> None:
    """Of all servers, whether they were told or not."""
    for number in range(5):
        await store.note_changes([replace(_ENTRY, guild_id=number % 2, target=str(number))])
        advance(1)
    before = clock.now() - 1  # the last one's moment
    assert await store.prune_audit(before=before, limit=3) == 3
    kept = [change.target for guild in (0, 1) for change in await store.changes(guild, limit=9)]
    assert kept == ["4", "3"]
    assert [await store.prune_audit(before=before, limit=3) for _ in range(2)] == [1, 0]
    assert [change.target for change in await store.changes(0, limit=9)] == ["4"]


async def test_the_database_can_be_compacted_between_writes(store: SqlStore, job_in: JobIn) -> None:
    job = await job_in(Status.DELIVERED)
    await store.remove(job)
    await store.compact()
    assert (await store.get(job.id)) is not None
    await job_in(Status.DELIVERED)


async def test_a_probe_leaves_nothing_behind(store: SqlStore) -> None:
    for _ in range(2):
        await store._probe()
    async with store._engine.reading() as connection:
        assert await store._sql.read_probe(connection) == 0
