"""What statistics read: each order once, with what came of it, and nobody else's."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from jobs.model import Job
from jobs.ports import Clock
from jobs.stats import Counted, Statistics
from jobs.status import Status
from storage.store import SqlStore
from tests.storage.conftest import NOON

JobIn = Callable[..., Awaitable[Job]]
Advance = Callable[[int], None]
DAY = 86_400_000


async def counted(store: SqlStore, *, user: int | None = None, guild: int = 1, **bounds: int) -> Sequence[Counted]:
    window = {"since": NOON - DAY, "until": NOON + DAY, "limit": 100} | bounds
    return await store.counted(guild_id=guild, user_id=user, **window)


@pytest.mark.parametrize(
    ("status", "images", "cost"),
    [
        (Status.QUEUED, 3, 35_000),
        (Status.RUNNING, 3, 35_000),
        (Status.DELIVERED, 1, 40_000),
        (Status.UNDELIVERED, 1, 40_000),
        (Status.CANCELLED, 0, 0),
        (Status.FAILED, 0, 0),
    ],
)
async def test_an_order_counts_once_with_what_came_of_it(
    status: Status, images: int, cost: int, store: SqlStore, job_in: JobIn
) -> None:
    """Three images were asked for at $0.035, one came, and the API said $0.04."""
    job = await job_in(status, images=3)
    [found] = await counted(store)
    assert found == Counted(
        at=NOON,
        user_id=7,
        model="flux-lora",
        status=status,
        images=images,
        cost=cost,
        submitted_at=job.submitted_at,
        completed_at=job.completed_at,
    )


async def test_only_the_servers_own_orders_are_read(store: SqlStore, job_in: JobIn) -> None:
    for guild in (1, 2, 0):
        await job_in(Status.DELIVERED, guild=guild)
    for guild in (1, 2, 0, 3):
        assert len(await counted(store, guild=guild)) == (guild != 3)


@pytest.mark.parametrize("guild", [1, 0])
async def test_only_the_users_own_orders_there_are_read(guild: int, store: SqlStore, job_in: JobIn) -> None:
    for user in (7, 8):
        for where in (1, 0):
            await job_in(Status.DELIVERED, guild=where, user=user)
    assert [job.user_id for job in await counted(store, guild=guild, user=8)] == [8]


@pytest.mark.parametrize("user", [None, 7])
async def test_the_period_begins_with_its_first_millisecond_and_ends_before_its_last(
    user: int | None, store: SqlStore, job_in: JobIn, advance: Advance
) -> None:
    for _ in range(4):
        await job_in(Status.FAILED)
        advance(10)
    found = await counted(store, user=user, since=NOON + 10, until=NOON + 30)
    assert [job.at for job in found] == [NOON + 10, NOON + 20]


@pytest.mark.parametrize("user", [None, 7])
async def test_a_page_holds_the_oldest(user: int | None, store: SqlStore, job_in: JobIn, advance: Advance) -> None:
    for _ in range(3):
        await job_in(Status.FAILED)
        advance(10)
    assert [job.at for job in await counted(store, user=user, limit=2)] == [NOON, NOON + 10]


async def test_figures_hold_what_was_ordered_on_each_day(
    store: SqlStore, clock: Clock, job_in: JobIn, advance: Advance
) -> None:
    await job_in(Status.DELIVERED, images=2)
    advance(DAY)
    for status in (Status.FAILED, Status.DELIVERED, Status.QUEUED):
        await job_in(status)
    found = await Statistics(store, clock).figures(guild_id=1, days=2)
    assert [(day.date.day, day.jobs, day.images, day.cost, day.failed) for day in found.days] == [
        (21, 1, 1, 40_000, 0),
        (22, 3, 1, 75_000, 1),
    ]
    assert await Statistics(store, clock).figures(guild_id=1, user_id=7, days=2) == found
    assert (await Statistics(store, clock).figures(guild_id=1, user_id=8, days=2)).jobs == 0
