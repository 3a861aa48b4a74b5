"""What may wait for a user, several jobs at once or none, classes of the queue, and what a user has in it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from jobs.catalog import Provider
from jobs.model import Job, Order, Priority
from jobs.outcomes import (
    Admission,
    Admitted,
    AlreadyAdmitted,
    BatchAdmission,
    BatchAdmitted,
    OverQuota,
    TooManyWaiting,
)
from jobs.status import FINISHED, Status
from storage.claims import TURN_OF_THE_LOWEST
from storage.errors import Duplicate
from storage.store import SqlStore
from tests.support import daily, within

MakeOrder = Callable[..., Order]
Admit = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
JobIn = Callable[..., Awaitable[Job]]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]
MESSAGE = 77


async def _ask(store: SqlStore, order: Order, *, most: int = 2) -> Admission:
    return await store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(1_000, most=most))


async def _ask_for_all(
    store: SqlStore, orders: Sequence[Order], *, allowance: int = 1_000, most: int | None = None
) -> BatchAdmission:
    return await store.admit_batch(
        orders,
        provider=Provider.EACHLABS,
        estimated_cost=1,
        bounds=within(allowance, most=most),
        message_id=MESSAGE,
    )


def _several(make_order: MakeOrder, count: int, *, interaction: int = 5, **what: object) -> list[Order]:
    return [replace(make_order(interaction=interaction, index=index, **what), batch=count) for index in range(count)]


# ── how many may wait ────────────────────────────────────────────────────────


async def test_one_more_than_may_wait_is_refused_and_writes_nothing(store: SqlStore, make_order: MakeOrder) -> None:
    for _ in range(2):
        assert isinstance(await _ask(store, make_order()), Admitted)
    assert await _ask(store, make_order()) == TooManyWaiting(waiting=2, asked=1, most=2)
    assert len(await store.unfinished()) == 2
    assert (await store.usage(guild_id=1, user_id=7, allowance=daily(20))).windows[0].used == 2


async def test_what_is_being_made_or_over_does_not_wait(store: SqlStore, make_order: MakeOrder, job_in: JobIn) -> None:
    for status in Status:
        if status is not Status.QUEUED:
            await job_in(status)
    assert isinstance(await _ask(store, make_order(), most=1), Admitted)
    assert isinstance(await _ask(store, make_order(), most=1), TooManyWaiting)


async def test_users_and_servers_have_queues_of_their_own(store: SqlStore, make_order: MakeOrder) -> None:
    for user, guild in ((7, 1), (8, 1), (7, 2)):
        assert isinstance(await _ask(store, make_order(user=user, guild=guild), most=1), Admitted)
        assert isinstance(await _ask(store, make_order(user=user, guild=guild), most=1), TooManyWaiting)


async def test_who_has_no_quota_left_is_told_that_first(store: SqlStore, make_order: MakeOrder) -> None:
    """Cancelling what waits would mend it, waiting would not."""
    await _ask(store, make_order(), most=1)
    refusal = await store.admit(make_order(), provider=Provider.EACHLABS, estimated_cost=1, bounds=within(1, most=1))
    assert isinstance(refusal, OverQuota)


async def test_simultaneous_orders_through_two_connections_fill_the_queue_exactly(
    store: SqlStore, open_again: OpenStore, make_order: MakeOrder
) -> None:
    async with open_again() as other:
        single = [_ask(each, make_order(), most=10) for each in [store, other] * 15]
        several = [
            _ask_for_all(each, _several(make_order, 3, interaction=50 + number), most=10)
            for number, each in enumerate([store, other] * 3)
        ]
        answers = await asyncio.gather(*single, *several)
    admitted = Counter(type(answer) for answer in answers)
    assert admitted[Admitted] + 3 * admitted[BatchAdmitted] == 10 == len(await store.unfinished())
    assert admitted[TooManyWaiting] == 36 - admitted[Admitted] - admitted[BatchAdmitted]


# ── several at once ──────────────────────────────────────────────────────────


async def test_several_are_admitted_together_in_the_order_that_was_asked_for(
    store: SqlStore, make_order: MakeOrder
) -> None:
    orders = _several(make_order, 10, images=2)
    admission = await _ask_for_all(store, orders)
    assert isinstance(admission, BatchAdmitted)
    assert [job.order for job in admission.jobs] == orders
    assert sorted(job.id for job in admission.jobs) == [job.id for job in admission.jobs]
    assert admission.usage.windows[0].used == 20
    assert await store.usage(guild_id=1, user_id=7, allowance=daily(1_000)) == admission.usage
    batch = await store.batch(5)
    assert batch is not None
    assert (batch.message_id, batch.jobs) == (MESSAGE, admission.jobs)


@pytest.mark.parametrize(("allowance", "most", "kind"), [(5, None, OverQuota), (100, 2, TooManyWaiting)])
async def test_without_room_for_all_there_is_none(
    store: SqlStore, make_order: MakeOrder, allowance: int, most: int | None, kind: type
) -> None:
    refusal = await _ask_for_all(store, _several(make_order, 3, images=2), allowance=allowance, most=most)
    assert isinstance(refusal, kind)
    assert await store.unfinished() == []
    assert (await store.usage(guild_id=1, user_id=7, allowance=daily(20))).windows[0].used == 0
    assert await store.open_batches() == []
    assert await store.batch(5) is None


async def test_a_fault_in_the_midst_of_it_leaves_nothing(store: SqlStore, make_order: MakeOrder) -> None:
    one, other = _several(make_order, 2)
    with pytest.raises(Duplicate):
        await _ask_for_all(store, [one, replace(other, index=0)])
    assert await store.unfinished() == []
    assert (await store.usage(guild_id=1, user_id=7, allowance=daily(20))).windows[0].used == 0


async def test_the_same_interaction_and_the_same_press_make_them_once(store: SqlStore, make_order: MakeOrder) -> None:
    first = await _ask_for_all(store, _several(make_order, 2, source="several:1"))
    assert isinstance(first, BatchAdmitted)
    again = await _ask_for_all(store, _several(make_order, 2, source="several:1"))
    assert again == AlreadyAdmitted(job=first.jobs[0])
    pressed = await _ask_for_all(store, _several(make_order, 2, interaction=6, source="several:1"))
    assert isinstance(pressed, AlreadyAdmitted)
    assert len(await store.unfinished()) == 2


async def test_a_batch_is_open_until_it_is_closed(store: SqlStore, make_order: MakeOrder, admit: Admit) -> None:
    await admit(interaction=4)
    for interaction in (5, 6):
        await _ask_for_all(store, _several(make_order, 2, interaction=interaction))
    assert list(await store.open_batches()) == [5, 6]
    for _ in range(2):
        await store.close_batch(5)
    assert list(await store.open_batches()) == [6]
    assert await store.batch(4) is None


# ── classes ──────────────────────────────────────────────────────────────────


async def _enqueue(store: SqlStore, make_order: MakeOrder, *priorities: Priority, user: int = 7) -> None:
    for priority in priorities:
        await _ask(store, replace(make_order(user=user), priority=priority), most=1_000)


async def _claimed(claim: Claim, count: int) -> list[Priority]:
    return [job.order.priority for _ in range(count) if (job := await claim()) is not None]


async def test_a_higher_class_goes_first(store: SqlStore, make_order: MakeOrder, claim: Claim) -> None:
    await _enqueue(store, make_order, Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.NORMAL)
    high, normal, low = Priority.HIGH, Priority.NORMAL, Priority.LOW
    assert await _claimed(claim, 4) == [high, normal, normal, low]


async def test_each_fifth_job_is_one_of_the_lowest_class_so_that_none_starves(
    store: SqlStore, make_order: MakeOrder, claim: Claim
) -> None:
    await _enqueue(store, make_order, *[Priority.LOW] * 2, *[Priority.NORMAL] * 20)
    taken = await _claimed(claim, 3 * TURN_OF_THE_LOWEST)
    assert [number for number, each in enumerate(taken, start=1) if each is Priority.LOW] == [5, 10]


async def test_a_look_at_full_slots_costs_no_turn(store: SqlStore, make_order: MakeOrder, claim: Claim) -> None:
    await _enqueue(store, make_order, Priority.LOW, *[Priority.NORMAL] * 9)
    await _claimed(claim, 4)
    for _ in range(3):
        assert await claim(concurrency=4) is None
    assert await _claimed(claim, 1) == [Priority.LOW]


@pytest.mark.parametrize("priority", Priority)
async def test_within_any_class_one_users_many_never_starve_anothers_one(
    store: SqlStore, make_order: MakeOrder, claim: Claim, priority: Priority
) -> None:
    await _enqueue(store, make_order, *[priority] * 20, user=1)
    await _claimed(claim, 2)
    await _enqueue(store, make_order, priority, user=2)
    taken = [job for _ in range(2) if (job := await claim()) is not None]
    assert 2 in {job.order.user_id for job in taken}


# ── what a user has in it ────────────────────────────────────────────────────


async def test_ones_own_unfinished_jobs_of_a_server_are_listed_oldest_first(
    store: SqlStore, job_in: JobIn, admit: Admit, advance: Callable[[int], None]
) -> None:
    mine = []
    for status in [*(set(Status) - {Status.QUEUED}), Status.QUEUED]:
        job = await job_in(status)
        advance(1)
        if status not in FINISHED:
            mine.append((job.id, status))
    await admit(user=8)
    await admit(guild=2)
    found = await store.open_jobs(guild_id=1, user_id=7)
    assert [(job.id, job.status) for job in found] == mine
    assert len(mine) == len(Status) - len(FINISHED)
    assert [job.id for job in await store.open_jobs(guild_id=1, user_id=7, limit=2)] == [mine[0][0], mine[1][0]]


async def test_what_was_made_is_remembered_with_what_it_was(store: SqlStore, job_in: JobIn) -> None:
    await job_in(Status.DELIVERED, images=2)
    await job_in(Status.FAILED)
    [took] = await store.recently_made("flux-lora", limit=5)
    assert (took.request.images, took.duration) == (2, 0)
    assert await store.recently_made("flux-2-lora", limit=5) == []
