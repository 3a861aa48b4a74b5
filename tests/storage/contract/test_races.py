"""Two connections at once, as two processes would have them: the database decides, whatever the isolation level."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job, Order
from jobs.outcomes import Admitted, OverCap
from jobs.ports import Clock
from jobs.quota import Bounds
from jobs.sentence import verbatim
from jobs.servers.allowance import Allowance
from jobs.servers.people_records import Grant
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Caps
from jobs.status import Status
from storage.store import SqlStore
from tests.storage.support import execute
from tests.support import daily

Admit = Callable[..., Awaitable[Job]]
JobIn = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
FAILURE = Failure(reason=Reason.DEADLINE, user_message=verbatim("Late."), detail="late")


@pytest.mark.parametrize(("concurrency", "per_minute"), [(5, 1_000), (1_000, 5)])
async def test_simultaneous_claims_never_exceed_a_limit_and_use_it_up(
    store: SqlStore, open_again: OpenStore, admit: Admit, concurrency: int, per_minute: int
) -> None:
    """Each of them has to see what the others have taken."""
    for _ in range(12):
        await admit()
    async with open_again() as other:
        claims = [
            each.claim(provider=Provider.EACHLABS, key_id="key", concurrency=concurrency, per_minute=per_minute)
            for each in [store, other] * 6
        ]
        taken = [job.id for job in await asyncio.gather(*claims) if job is not None]
    assert len(taken) == len(set(taken)) == 5


async def test_simultaneous_claims_of_two_keys_take_each_job_once(
    store: SqlStore, open_again: OpenStore, admit: Admit
) -> None:
    """And leave none that could be taken."""
    for _ in range(8):
        await admit()
    async with open_again() as other:
        claims = [
            each.claim(provider=Provider.EACHLABS, key_id=key, concurrency=4, per_minute=1_000)
            for _ in range(4)
            for each, key in ((store, "a"), (other, "b"))
        ]
        taken = [job.id for job in await asyncio.gather(*claims) if job is not None]
    assert len(taken) == len(set(taken)) == 8


async def test_simultaneous_looks_take_each_due_job_once(store: SqlStore, open_again: OpenStore, job_in: JobIn) -> None:
    """Nobody is asked twice at the same moment."""
    jobs = [await job_in(Status.RUNNING) for _ in range(10)]
    for job in jobs:
        await store.schedule_poll(job.id, at=0)
    async with open_again() as other:
        looks = [each.take_due_polls(limit=3, until=10**15) for each in [store, other] * 3]
        taken = [job.id for found in await asyncio.gather(*looks) for job in found]
        rest = await store.take_due_polls(limit=10, until=10**15)
    assert sorted([*taken, *(job.id for job in rest)]) == sorted(job.id for job in jobs)


async def test_of_simultaneous_ends_one_wins_and_the_reservation_ends_once(
    store: SqlStore, open_again: OpenStore, job_in: JobIn
) -> None:
    """A failure, its duplicate and a cancel at the same moment."""
    async with open_again() as other:
        for _ in range(5):
            job = await job_in(Status.RUNNING, images=2)
            changed = await asyncio.gather(
                store.mark_failed(job.id, FAILURE),
                other.mark_failed(job.id, FAILURE),
                other.mark_cancelling(job.id, sent_too=True),
                store.mark_delivering(job.id, images=[], cost=None, prediction_id=None),
            )
            won = [each.status for each in changed if each is not None]
            # A job that is being cancelled, or delivered, may still fail.
            assert won in ([Status.FAILED], [Status.FAILED, Status.CANCELLING], [Status.FAILED, Status.DELIVERING])
    assert (await store.usage(guild_id=1, user_id=7, allowance=daily(20))).windows[0].used == 0


async def test_an_order_and_a_create_that_is_given_up_never_pass_a_cap_together(
    store: SqlStore, open_again: OpenStore, admit: Admit, claim: Claim, make_order: Callable[..., Order], clock: Clock
) -> None:
    """There is room for one of them, in one and the same server as in several."""
    first = await admit()
    other_guild = await admit(guild=2)
    async with open_again() as another:
        for turn in range(10):
            await claim()
            await claim()
            spent = (await store.spend(EVERYWHERE, at=clock.now())).day
            bounds = Bounds(allowance=Allowance(), bot=Caps(day=spent + 35_000))
            answers = await asyncio.gather(
                store.give_up(first.id, not_before=0, bounds=bounds),
                another.admit(
                    make_order(guild=1 + turn % 2), provider=Provider.AIMLAPI, estimated_cost=35_000, bounds=bounds
                ),
                another.give_up(other_guild.id, not_before=0, bounds=bounds),
            )
            assert sorted(isinstance(answer, OverCap) for answer in answers) == [False, True, True]
            assert (await store.spend(EVERYWHERE, at=clock.now())).day == spent + 35_000


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)  # elsewhere one writes after the other
async def test_words_removed_in_time_and_on_a_wish_never_wait_for_each_other_in_a_circle(
    store: SqlStore, open_again: OpenStore, job_in: JobIn, advance: Callable[[int], None], clock: Clock
) -> None:
    """Each goes on to its second job once the other has changed one, or waits: from both ends they would meet."""
    jobs = []
    for _ in range(3):
        jobs.append((await job_in(Status.FAILED)).id)
        advance(1)
    async with open_again() as other, open_again() as watching:
        begun, changed, blocked = asyncio.Event(), asyncio.Event(), asyncio.Event()
        remove, forget = store._sql.remove_words, other._sql.forget_job

        async def removed(connection: Any, **values: Any) -> Any:
            row = await remove(connection, **values)
            begun.set()
            await _either(changed, blocked)
            return row

        async def forgotten(connection: Any, **values: Any) -> None:
            await forget(connection, **values)
            changed.set()

        async def watch() -> None:
            while not await execute(watching._engine, WAITS):  # noqa: ASYNC110 - the server tells nobody of it
                await asyncio.sleep(0.01)
            blocked.set()

        store._sql.remove_words, other._sql.forget_job = removed, forgotten
        await other.begin_forgetting(7, -7, key_id="key")
        watcher = asyncio.create_task(watch())
        removing = asyncio.create_task(store.remove_old(guild_id=1, before=clock.now(), limit=9))
        await begun.wait()
        await other.forget_jobs(7, -7, list(reversed(jobs)))
        assert await removing == jobs
        await watcher
        assert await other.job_ids_of(7) == []


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()


async def test_ends_and_orders_that_share_a_grant_never_wait_for_each_other_in_a_circle(
    store: SqlStore, open_again: OpenStore, make_order: Callable[..., Order], clock: Clock
) -> None:
    """What a grant has paid for is given back while the next order takes of it, and both change what is spent."""
    grant = Grant(user_id=7, images=1_000, used=0, expires_at=10**15, by=9, at=1)
    await store.add_grant(grant, guild_id=1, granted=lambda _before, _after: Change(guild_id=1, actor_id=9, action="-"))

    async def order(where: SqlStore) -> Job:
        admitted = await where.admit(
            make_order(), provider=Provider.EACHLABS, estimated_cost=5, bounds=Bounds(allowance=daily(0))
        )
        assert isinstance(admitted, Admitted)
        return admitted.job

    async with open_again() as other:
        waiting = [await order(store) for _ in range(4)]
        for _ in range(15):
            *ended, new = await asyncio.gather(*(store.mark_failed(job.id, FAILURE) for job in waiting), order(other))
            assert all(isinstance(job, Job) for job in ended)
            assert new is not None
            waiting = [new, *[await order(store) for _ in range(3)]]
        left = await store.user_grant(guild_id=1, user_id=7)
    assert left is not None
    assert left.used == len(waiting)
    assert (await store.spend(1, at=clock.now())).day == 5 * len(waiting)
