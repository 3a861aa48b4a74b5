"""What the ledger says of money, and which warnings were given."""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from jobs.model import Job
from jobs.outcomes import OverCap, Period, Scope
from jobs.quota import Bounds
from jobs.servers.allowance import Allowance
from jobs.servers.money import DAY_MS, Spend, day_of
from jobs.servers.rules import EVERYWHERE, Caps
from jobs.servers.spending import CostRow, SpendWarning
from jobs.status import Status
from storage.store import SqlStore
from tests.support import within

NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z
Admit = Callable[..., Awaitable[Job]]
JobIn = Callable[..., Awaitable[Job]]
Claim = Callable[..., Awaitable[Job | None]]
Advance = Callable[[int], None]
Change = Callable[[Job, Status], Awaitable[Job | None]]
OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]

WARNING = SpendWarning(guild_id=1, period=Period.DAY, name="2026-11-21", percent=80, cap=1_000_000)


async def test_what_is_spent_is_that_of_the_calendars_day_and_month(
    store: SqlStore, admit: Admit, advance: Advance
) -> None:
    advance(-21 * DAY_MS)  # October's last day
    await admit()
    advance(20 * DAY_MS)
    await admit()
    advance(DAY_MS)
    await admit()
    await admit(guild=2)
    assert await store.spend(1, at=NOON) == Spend(day=35_000, month=70_000)
    assert await store.spend(EVERYWHERE, at=NOON) == Spend(day=70_000, month=105_000)
    assert await store.spend(1, at=NOON - DAY_MS) == Spend(day=35_000, month=35_000)
    assert await store.spend(3, at=NOON) == Spend()


async def test_the_reported_cost_takes_the_place_of_the_estimate(store: SqlStore, job_in: JobIn) -> None:
    """Whether it is posted or kept; what failed or was cancelled has cost nothing."""
    assert (await job_in(Status.DELIVERED)).cost == 40_000
    await job_in(Status.UNDELIVERED)
    await job_in(Status.CANCELLED)
    await job_in(Status.FAILED)
    assert await store.spend(1, at=NOON) == Spend(day=80_000, month=80_000)
    [row] = await store.costs(1, since=NOON, until=NOON + 1)
    assert row == CostRow(
        user_id=7, model="flux-lora", day=day_of(NOON), jobs=4, images=2, cost=80_000, reported=80_000, lost=0
    )
    assert row.estimated == 0


async def test_a_lost_create_counts_at_the_estimate_whatever_becomes_of_the_job(
    store: SqlStore, admit: Admit, change: Change, job_in: JobIn
) -> None:
    job = await admit()
    assert await change(job, Status.DELIVERING)  # after a create that was given up
    assert await store.mark_undelivered(job.id, detail="")
    lost = await job_in(Status.UNCONFIRMED)
    assert lost.id != job.id
    assert await store.mark_cancelling(lost.id, sent_too=True)
    assert await store.mark_cancelled(lost.id, unknown=True)
    [row] = await store.costs(1, since=NOON, until=NOON + 1)
    assert (row.cost, row.reported, row.lost, row.estimated) == (110_000, 40_000, 70_000, 0)
    assert (await store.spend(1, at=NOON)).day == 110_000


async def test_a_lost_create_counts_from_the_moment_at_which_it_is_given_up(
    store: SqlStore, admit: Admit, claim: Claim, change: Change, advance: Advance
) -> None:
    """Wherever money is asked for, and on the day of its order; then as at the end."""
    job = await admit()
    advance(DAY_MS)
    assert await claim()
    assert isinstance(await store.give_up(job.id, not_before=0, bounds=within(1)), Job)
    for _ in range(2):
        assert (
            await store.spend(1, at=NOON) == await store.spend(EVERYWHERE, at=NOON) == Spend(day=70_000, month=70_000)
        )
        assert await store.spend(1, at=NOON + DAY_MS) == Spend(day=0, month=70_000)
        assert await store.spend(2, at=NOON) == Spend()
        [row] = await store.costs(1, since=NOON, until=NOON + 1)
        assert (row.cost, row.lost, row.estimated) == (70_000, 35_000, 35_000)
        [listed] = await store.job_costs(1, since=NOON, until=NOON + 1, limit=9)
        assert (listed.cost, listed.lost_creates) == (70_000, 1)
        [counted] = await store.counted(guild_id=1, user_id=None, since=NOON, until=NOON + 1, limit=9)
        assert counted.cost == 70_000
        assert await claim()
        assert await change(job, Status.UNCONFIRMED)
        assert await store.requeue(job.id, not_before=0)
    assert await change(job, Status.FAILED)
    assert await store.spend(1, at=NOON) == Spend(day=35_000, month=35_000)


@pytest.mark.parametrize(
    ("server", "bot", "scope", "period"),
    [
        (Caps(day=69_999), Caps(), Scope.SERVER, Period.DAY),
        (Caps(day=70_000, month=69_999), Caps(), Scope.SERVER, Period.MONTH),
        (Caps(), Caps(day=69_999), Scope.BOT, Period.DAY),
        (Caps(day=70_000), Caps(day=70_000, month=69_999), Scope.BOT, Period.MONTH),
    ],
)
async def test_where_another_create_does_not_fit_the_caps_nothing_is_given_up(
    server: Caps, bot: Caps, scope: Scope, period: Period, store: SqlStore, job_in: JobIn, advance: Advance
) -> None:
    """Those of the order's own day, also once that is over; with one more micro-dollar it fits."""
    job = await job_in(Status.UNCONFIRMED)
    advance(DAY_MS)
    bounds = Bounds(allowance=Allowance(), server=server, bot=bot)
    over = await store.give_up(job.id, not_before=0, bounds=bounds)
    assert isinstance(over, OverCap)
    assert (over.scope, over.period, over.cap, over.spent, over.asked) == (scope, period, 69_999, 35_000, 35_000)
    assert await store.get(job.id) == job
    assert await store.spend(1, at=NOON) == Spend(day=35_000, month=35_000)
    enough = replace(bounds, server=_raised(server), bot=_raised(bot))
    assert isinstance(await store.give_up(job.id, not_before=0, bounds=enough), Job)


def _raised(caps: Caps) -> Caps:
    return Caps(day=caps.day and 70_000, month=caps.month and 70_000)


async def test_what_is_under_way_counts_at_its_estimate(store: SqlStore, job_in: JobIn) -> None:
    await job_in(Status.RUNNING)
    [row] = await store.costs(1, since=NOON, until=NOON + 1)
    assert (row.jobs, row.images, row.cost, row.estimated, row.reported) == (1, 1, 35_000, 35_000, 0)


async def test_costs_are_those_of_the_time_and_the_server_asked_for(
    store: SqlStore, admit: Admit, advance: Advance
) -> None:
    await admit(user=8)
    advance(DAY_MS)
    await admit(images=2)
    await admit(guild=2)
    both = await store.costs(1, since=NOON, until=NOON + 2 * DAY_MS)
    assert sorted((row.user_id, row.day - day_of(NOON), row.images) for row in both) == [(7, 1, 2), (8, 0, 1)]
    assert [row.user_id for row in await store.costs(1, since=NOON + 1, until=NOON + DAY_MS + 1)] == [7]
    assert [row.user_id for row in await store.costs(1, since=NOON, until=NOON + DAY_MS)] == [8]
    assert await store.costs(3, since=0, until=2 * NOON) == []


async def test_jobs_are_listed_the_newest_first_and_page_by_page(
    store: SqlStore, admit: Admit, advance: Advance, job_in: JobIn
) -> None:
    """Several of one moment too, and none twice."""
    made = [await job_in(Status.DELIVERED, images=4)]
    made += [await admit() for _ in range(3)]
    advance(1)
    made += [await admit(user=8), await admit(guild=2)]
    pages = [await store.job_costs(1, since=NOON, until=NOON + DAY_MS, limit=2)]
    while pages[-1]:
        pages.append(await store.job_costs(1, since=NOON, until=NOON + DAY_MS, before=pages[-1][-1], limit=2))
    jobs = list(itertools.chain(*pages))
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {job.id for job in jobs} == {job.id for job in made if job.order.guild_id == 1}
    assert [job.ordered_at for job in jobs] == [NOON + 1, NOON, NOON, NOON, NOON]
    assert [job.id for job in jobs[1:]] == sorted((job.id for job in jobs[1:]), reverse=True)
    first = next(job for job in jobs if job.id == made[0].id)
    assert (first.status, first.model, first.user_id) == (Status.DELIVERED, "flux-lora", 7)
    assert (first.images, first.estimate, first.reported, first.cost, first.lost_creates) == (
        1,
        35_000,
        40_000,
        40_000,
        0,
    )
    assert await store.job_costs(1, since=NOON + 1, until=NOON + 1, limit=9) == []


async def test_a_warning_is_claimed_once_also_by_another_process(store: SqlStore, open_again: OpenStore) -> None:
    assert await store.claim_warnings([WARNING]) == [WARNING]
    assert await store.claim_warnings([WARNING]) == []
    async with open_again() as other:
        assert await other.claim_warnings([WARNING]) == []
    for another in (replace(WARNING, guild_id=2), replace(WARNING, percent=100), replace(WARNING, name="2026-11")):
        assert await store.claim_warnings([another]) == [another]


async def test_only_a_higher_cap_can_be_warned_of_anew(store: SqlStore) -> None:
    higher, lower = replace(WARNING, cap=2_000_000), replace(WARNING, cap=500_000)
    assert await store.claim_warnings([WARNING]) == [WARNING]
    assert await store.claim_warnings([lower]) == []
    assert await store.claim_warnings([higher]) == [higher]
    assert await store.claim_warnings([WARNING]) == []


async def test_a_claimed_warning_is_untold_until_that_is_noted(store: SqlStore) -> None:
    """Of two that come at once the greater stands for both."""
    full = replace(WARNING, percent=100)
    assert await store.claim_warnings([WARNING, full]) == [WARNING, full]
    month = replace(WARNING, guild_id=EVERYWHERE, period=Period.MONTH, name="2026-11")
    assert await store.claim_warnings([month]) == [month]
    untold = await store.untold_warnings(at=NOON)
    assert sorted(untold, key=lambda each: each.guild_id) == [month, full]
    await store.mark_warning_told(full)
    assert await store.untold_warnings(at=NOON) == [month]
    assert await store.untold_warnings(at=NOON + 30 * DAY_MS) == []
    higher = replace(full, cap=2_000_000)
    await store.claim_warnings([higher])
    await store.mark_warning_told(full)  # late news of the former cap
    assert higher in await store.untold_warnings(at=NOON)
