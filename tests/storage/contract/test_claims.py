from collections.abc import Awaitable, Callable

from jobs.catalog import Provider
from jobs.model import Job, QueuePlace
from jobs.ports import Clock
from jobs.status import Status
from storage.store import SqlStore

Admit = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
Advance = Callable[[int], None]


async def _next_at(store: SqlStore, *, per_minute: int = 1_000, concurrency: int = 1_000) -> int | None:
    claim = await store.next_claim(
        provider=Provider.EACHLABS, key_id="key", concurrency=concurrency, per_minute=per_minute
    )
    return claim.at


async def test_a_claim_takes_the_job_to_the_key(store: SqlStore, admit: Admit, claim: Claim, clock: Clock) -> None:
    """The claimed job says where it is and since when."""
    job = await admit()
    taken = await claim(key="k1")
    assert taken is not None
    assert (taken.id, taken.status, taken.key_id) == (job.id, Status.SUBMITTING, "k1")
    assert (taken.attempts, taken.submitted_at) == (1, clock.now())
    assert await store.get(job.id) == taken
    assert await claim(key="k1") is None


async def test_each_api_has_its_own_queue(admit: Admit, claim: Claim) -> None:
    """One API's queue does not hold the other's up."""
    await admit(provider=Provider.EACHLABS)
    other = await admit(provider=Provider.AIMLAPI)
    taken = await claim(provider=Provider.AIMLAPI)
    assert taken is not None
    assert taken.id == other.id


async def test_one_users_fifty_jobs_never_starve_anothers_one(admit: Admit, claim: Claim) -> None:
    """Whoever comes with one job is among the next two."""
    for _ in range(50):
        await admit(user=1, images=4)
    for _ in range(3):
        await claim()
    mine = await admit(user=2)
    taken = [await claim(), await claim()]
    assert mine.id in {job.id for job in taken if job is not None}


async def test_turns_are_shared_by_images_not_by_jobs(admit: Admit, claim: Claim, advance: Advance) -> None:
    """Four jobs of one image weigh as much as one job of four."""
    for _ in range(4):
        await admit(user=1, images=4)
    advance(1)  # of equal tags the older job goes first
    for _ in range(8):
        await admit(user=2, images=1)
    order = [job.order.user_id for _ in range(10) if (job := await claim()) is not None]
    assert order == [1, 2, 2, 2, 2, 1, 2, 2, 2, 2]


async def test_who_comes_back_after_a_while_gets_no_credit_for_it(admit: Admit, claim: Claim, advance: Advance) -> None:
    """A newcomer starts now, not at the beginning of time."""
    for _ in range(10):
        await admit(user=1)
    for _ in range(10):
        await claim()
    for _ in range(3):
        await admit(user=2)
    advance(1)
    await admit(user=1)
    order = [job.order.user_id for _ in range(4) if (job := await claim()) is not None]
    assert order == [2, 2, 1, 2]


async def test_a_requeued_job_keeps_its_place(store: SqlStore, admit: Admit, claim: Claim, clock: Clock) -> None:
    """A vendor's bad moment does not send a job to the end of the queue."""
    first, *_ = [await admit() for _ in range(3)]
    taken = await claim()
    assert taken is not None
    requeued = await store.requeue(taken.id, not_before=clock.now())
    assert requeued is not None
    assert (requeued.status, requeued.key_id) == (Status.QUEUED, None)
    again = await claim()
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


async def test_a_requeued_job_does_not_turn_the_fair_queue_back(
    store: SqlStore, admit: Admit, claim: Claim, clock: Clock, advance: Advance
) -> None:
    """The time of the queue only moves forward."""
    for _ in range(6):
        await admit(user=1)
    taken = [await claim() for _ in range(5)]
    assert taken[0] is not None
    await store.requeue(taken[0].id, not_before=clock.now())
    await claim()
    advance(1)
    # User 2 starts at the time of the fifth claim, not of the first one, which has just been claimed again.
    for _ in range(2):
        await admit(user=2)
    order = [job.order.user_id for _ in range(3) if (job := await claim()) is not None]
    assert order == [2, 1, 2]


async def test_a_job_is_not_sent_before_its_time_and_holds_nobody_up(
    store: SqlStore, admit: Admit, claim: Claim, clock: Clock, advance: Advance
) -> None:
    """Others pass it while it waits."""
    await admit()
    first = await claim()
    assert first is not None
    await store.requeue(first.id, not_before=clock.now() + 5_000)
    assert await _next_at(store) == clock.now() + 5_000
    later = await admit()
    taken = await claim()
    assert taken is not None
    assert taken.id == later.id
    advance(4_999)
    assert await claim() is None
    advance(1)
    again = await claim()
    assert again is not None
    assert again.id == first.id


async def test_the_place_counts_what_goes_first_at_the_same_api(
    store: SqlStore, admit: Admit, claim: Claim, clock: Clock, advance: Advance
) -> None:
    """Also what waits for its time; not what is running."""
    first = await admit(user=1)
    advance(1)  # of equal tags the older job goes first
    await admit(user=2)
    await claim()
    await store.requeue(first.id, not_before=clock.now() + 60_000)
    await claim()
    await admit(user=3, provider=Provider.AIMLAPI)
    await admit(user=4)
    advance(1)
    mine = await admit(user=5)
    place = await store.place(mine)
    # The requeued job, whose time will come, and user 4's; user 2's is running.
    assert (place.ahead, place.running) == (2, 1)
    running = await claim()
    assert running is not None
    assert await store.place(running) == QueuePlace(ahead=0, running=2, last_sent_at=running.submitted_at)
