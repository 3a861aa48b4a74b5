from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from jobs.catalog import Provider
from jobs.model import Job, QueuePlace
from jobs.ports import Clock
from jobs.queue import NextClaim
from jobs.status import Status
from storage.store import SqlStore
from tests.support import within

MINUTE = 61_000  # the vendor's, and our margin
Admit = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
Change = Callable[[Job, Status], Awaitable[Job | None]]
Advance = Callable[[int], None]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]


async def _next_at(store: SqlStore, *, per_minute: int = 1_000, concurrency: int = 1_000) -> int | None:
    claim = await store.next_claim(
        provider=Provider.EACHLABS, key_id="key", concurrency=concurrency, per_minute=per_minute
    )
    return claim.at


async def test_concurrency_counts_what_may_be_at_the_api(
    store: SqlStore, admit: Admit, change: Change, clock: Clock
) -> None:
    """Unconfirmed and cancelling jobs may still occupy a slot."""
    jobs = [await admit() for _ in range(5)]
    taken: list[Job] = []
    for _ in range(4):
        job = await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=4, per_minute=100)
        assert job is not None
        taken.append(job)
    submitting, running, unconfirmed, cancelling = taken
    await change(running, Status.RUNNING)
    await change(unconfirmed, Status.UNCONFIRMED)
    await change(cancelling, Status.CANCELLING)

    async def claim_fifth() -> Job | None:
        return await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=4, per_minute=100)

    assert await claim_fifth() is None
    full = await store.next_claim(provider=Provider.EACHLABS, key_id="key", concurrency=4, per_minute=1_000)
    assert full == NextClaim(is_wanted=True)  # only a slot would help
    assert await _next_at(store, concurrency=5) == clock.now() + 20  # one is free: at once
    await change(submitting, Status.DELIVERING)
    fifth = await claim_fifth()
    assert fifth is not None
    assert fifth.id == jobs[4].id


async def test_what_the_api_has_made_occupies_no_slot_while_its_images_are_on_their_way(
    store: SqlStore, admit: Admit, change: Change, claim: Claim
) -> None:
    first, second, third = [await admit() for _ in range(3)]
    assert await claim(concurrency=1) is not None
    await change(first, Status.RUNNING)
    assert await claim(concurrency=1) is None
    assert await claim(concurrency=1, over={second.id}) is None  # another job's end is of no use
    taken = await claim(concurrency=1, over={first.id})
    assert taken is not None
    assert taken.id == second.id
    assert await claim(concurrency=1, over={first.id}) is None
    # One of its creates was given up and may still go on there, whichever of them has brought the result.
    await change(second, Status.UNCONFIRMED)
    await store.give_up(second.id, not_before=0, bounds=within(1))
    again = await claim(concurrency=2)
    assert again is not None
    assert again.unknown_creates == 1
    assert await claim(concurrency=2, over={first.id, again.id}) is not None
    assert await claim(concurrency=2, over={first.id, again.id}) is None
    assert third.id


async def test_a_job_cancelled_in_the_queue_occupies_no_slot(
    store: SqlStore, admit: Admit, change: Change, claim: Claim
) -> None:
    """It has never been at the API."""
    cancelled = await admit()
    await change(cancelled, Status.CANCELLING)
    waiting = await admit()
    assert await store.place(waiting) == QueuePlace(ahead=0, running=0)
    assert await claim(concurrency=1) is not None


async def test_limits_belong_to_the_key(admit: Admit, claim: Claim) -> None:
    """One full key leaves the others alone."""
    for _ in range(4):
        await admit()
    assert await claim(key="a", concurrency=1) is not None
    assert await claim(key="a", concurrency=1) is None
    assert await claim(key="b", concurrency=1) is not None
    assert await claim(key="c", per_minute=1) is not None
    assert await claim(key="c", per_minute=1) is None


async def test_creates_of_the_last_minute_are_counted_although_they_ended(
    store: SqlStore, admit: Admit, claim: Claim, change: Change, advance: Advance, clock: Clock
) -> None:
    """A failed create counts at the vendor too."""
    start = clock.now()
    for _ in range(3):
        await admit()
    for _ in range(2):
        job = await claim(per_minute=2)
        assert job is not None
        await change(job, Status.FAILED)
        advance(10_000)
    assert await claim(per_minute=2) is None
    assert await _next_at(store, per_minute=2) == start + MINUTE
    advance(start + MINUTE - clock.now() - 1)
    assert await claim(per_minute=2) is None
    advance(1)
    assert await claim(per_minute=2) is not None


async def test_a_lowered_limit_waits_for_as_many_creates_as_it_takes(
    store: SqlStore, admit: Admit, claim: Claim, advance: Advance, clock: Clock
) -> None:
    """One create leaving is not enough then."""
    start = clock.now()
    for _ in range(4):
        await admit()
    for _ in range(3):
        await claim(per_minute=3)
        advance(1_000)
    assert await _next_at(store, per_minute=1) == start + 2_000 + MINUTE
    assert await _next_at(store, per_minute=2) == start + 1_000 + MINUTE


async def test_limits_hold_across_a_restart(open_again: OpenStore, admit: Admit, claim: Claim) -> None:
    """They are in the tables, not in memory."""
    for _ in range(3):
        await admit()
    assert await claim(per_minute=1) is not None
    async with open_again() as restarted:
        eachlabs = Provider.EACHLABS
        assert await restarted.claim(provider=eachlabs, key_id="key", concurrency=9, per_minute=1) is None
        assert await restarted.claim(provider=eachlabs, key_id="key", concurrency=1, per_minute=9) is None
        assert await restarted.claim(provider=eachlabs, key_id="key", concurrency=2, per_minute=2) is not None


async def test_with_an_empty_queue_only_a_change_helps(store: SqlStore, admit: Admit, claim: Claim) -> None:
    """Nothing is waited for, even when the minute is full."""
    assert await _next_at(store, per_minute=1) is None
    await admit()
    await claim(per_minute=1)
    assert await _next_at(store, per_minute=1) is None


async def test_the_later_of_the_minute_and_the_jobs_own_time_decides(
    store: SqlStore, admit: Admit, claim: Claim, clock: Clock
) -> None:
    """Both have to come."""
    await admit()
    job = await claim()
    assert job is not None
    await store.requeue(job.id, not_before=clock.now() + 1_000)
    assert await _next_at(store, per_minute=1) == clock.now() + MINUTE
    assert await _next_at(store, per_minute=2) == clock.now() + 1_000


async def test_a_moment_that_came_after_the_vain_claim_is_not_missed(
    store: SqlStore, admit: Admit, claim: Claim, clock: Clock, advance: Advance
) -> None:
    """Otherwise the queue would sleep until something else happens; however long ago it came."""
    await admit()
    job = await claim()
    assert job is not None
    await store.requeue(job.id, not_before=clock.now() + 1)
    assert await claim() is None
    for later in (2, 3_600_000):
        advance(later)
        at = await _next_at(store)
        assert at is not None
        assert 0 < at - clock.now() <= 20
