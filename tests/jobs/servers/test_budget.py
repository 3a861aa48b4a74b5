"""Whoever has set a cap is warned at 80 % and once nothing more fits: once each, also across restarts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from jobs.catalog import FLUX_LORA, Catalog, Provider
from jobs.model import Job
from jobs.outcomes import Admitted, OverCap, Period, Scope
from jobs.ports import StoreUnavailable
from jobs.quota import Bounds
from jobs.servers.allowance import Allowance
from jobs.servers.budget import Budget
from jobs.servers.money import DAY_MS, Spend
from jobs.servers.records import Change
from jobs.servers.rules import EVERYWHERE, Caps
from jobs.servers.servers import Servers
from jobs.servers.spending import SpendWarning
from jobs.status import Status
from jobs.tasks import Tasks
from storage.store import SqlStore
from tests.jobs.support import Rig, becomes, opened_rig

GUILD = 2
PRICE = 35_000  # of one image
DOLLAR = 1_000_000


@dataclass
class Told:
    """Whoever is warned."""

    warnings: list[tuple[SpendWarning, int]] = field(default_factory=list)
    is_away: bool = False
    tried: int = 0

    async def __call__(self, warning: SpendWarning, spent: int) -> bool:
        self.tried += 1
        if not self.is_away:
            self.warnings.append((warning, spent))
        return not self.is_away

    @property
    def percents(self) -> list[tuple[int, Period, int]]:
        return [(warning.guild_id, warning.period, warning.percent) for warning, _ in self.warnings]


@dataclass
class Scene:
    """A budget that runs on a real store, and orders for it."""

    rig: Rig
    told: Told
    servers: Servers
    budget: Budget
    reads: list[int] = field(default_factory=list)

    async def order(self, *, images: int = 1, guild: int = GUILD) -> Job | OverCap:
        order = replace(self.rig.order(count=images), guild_id=guild)
        bounds = Bounds(allowance=Allowance(), server=self.servers.of(guild).caps, bot=self.servers.everywhere.caps)
        cost = images * PRICE
        admission = await self.rig.store.admit(order, provider=Provider.EACHLABS, estimated_cost=cost, bounds=bounds)
        if isinstance(admission, OverCap):
            return admission
        assert isinstance(admission, Admitted)
        self.budget.admitted(admission.job)
        await self.rest()
        return admission.job

    async def cap(self, *, guild: int = GUILD, day: int | None = None, month: int | None = None) -> None:
        await self.servers.change(
            guild,
            lambda rules: replace(rules, caps=Caps(day=day, month=month)),
            entry=lambda _: Change(guild_id=guild, actor_id=9, action="caps.set"),
        )
        await self.rest()

    async def rest(self) -> None:
        """Until there is nothing to look at, and all who can be told are told."""
        await becomes(lambda: not self.budget._due and (self.told.is_away or not self.budget._untold))


class CountingStore:
    """The store, and how often it was asked what is spent."""

    def __init__(self, store: SqlStore, reads: list[int]) -> None:
        self._store = store
        self._reads = reads
        self.away_for = 0  # times that it is asked
        self.claim_warnings = store.claim_warnings
        self.untold_warnings = store.untold_warnings
        self.mark_warning_told = store.mark_warning_told
        self.costs = store.costs
        self.job_costs = store.job_costs

    async def spend(self, guild_id: int, *, at: int) -> Spend:
        if self.away_for:
            self.away_for -= 1
            raise StoreUnavailable("away")
        self._reads.append(guild_id)
        return await self._store.spend(guild_id, at=at)


@asynccontextmanager
async def running(rig: Rig, told: Told) -> AsyncIterator[Scene]:
    """As the start makes it."""
    servers = Servers(rig.store, rig.clock)
    await servers.load()
    catalog = Catalog(offered=[Provider.EACHLABS], models=[FLUX_LORA])
    reads: list[int] = []
    budget = Budget(CountingStore(rig.store, reads), servers, catalog, rig.clock, tell=told)
    servers.told.append(budget.rules_changed)
    await budget.load()
    tasks = Tasks()
    tasks.supervise("budget", budget.run)
    scene = Scene(rig=rig, told=told, servers=servers, budget=budget, reads=reads)
    await scene.rest()
    try:
        yield scene
    finally:
        await tasks.stop_loops()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with opened_rig(tmp_path) as rig, running(rig, Told()) as opened:
        yield opened


async def test_at_eighty_percent_and_once_nothing_more_fits_it_is_told_once_each(scene: Scene) -> None:
    """What is spent seldom comes to the cap itself: the order before it is refused."""
    await scene.cap(day=10 * PRICE + PRICE // 2)
    told = []
    for _ in range(10):
        assert isinstance(await scene.order(), Job)
        told.append(len(scene.told.warnings))
    assert told == [0, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    assert isinstance(await scene.order(), OverCap)
    assert scene.told.percents == [(GUILD, Period.DAY, 80), (GUILD, Period.DAY, 100)]
    assert [spent for _, spent in scene.told.warnings] == [9 * PRICE, 10 * PRICE]
    assert scene.told.warnings[0][0].cap == 10 * PRICE + PRICE // 2


async def test_a_create_that_is_given_up_is_warned_of_before_its_job_has_ended(scene: Scene) -> None:
    await scene.cap(day=4 * PRICE)
    job = await scene.order(images=2)
    assert isinstance(job, Job)
    assert await scene.rig.store.claim(provider=job.provider, key_id="key", concurrency=1, per_minute=1)
    bounds = Bounds(allowance=Allowance(), server=scene.servers.of(GUILD).caps)
    given_up = await scene.rig.store.give_up(job.id, not_before=0, bounds=bounds)
    assert isinstance(given_up, Job)
    scene.budget.create_given_up(given_up)
    await scene.rest()
    assert scene.told.percents == [(GUILD, Period.DAY, 100)]


async def test_far_below_every_cap_the_database_is_asked_once(scene: Scene) -> None:
    await scene.cap(day=100 * DOLLAR, month=1000 * DOLLAR)
    for _ in range(20):
        await scene.order()
    assert scene.reads == [GUILD]


async def test_without_a_cap_the_database_is_not_asked(scene: Scene) -> None:
    await scene.order()
    assert scene.reads == []


async def test_once_both_are_told_the_database_is_not_asked_any_more(scene: Scene) -> None:
    await scene.cap(day=4 * PRICE)
    for _ in range(4):
        await scene.order()
    assert len(scene.told.warnings) == 1
    asked = len(scene.reads)
    await scene.cap(day=4 * PRICE + 1)
    assert len(scene.told.warnings) == 2  # a higher cap, and nothing more fits all the same
    await scene.cap(day=4 * PRICE)
    assert (len(scene.told.warnings), len(scene.reads)) == (2, asked + 2)


async def test_two_steps_at_once_are_one_warning_and_two_caps_are_two(scene: Scene) -> None:
    await scene.cap(day=4 * PRICE, month=5 * PRICE - 1)
    await scene.cap(guild=EVERYWHERE, day=5 * PRICE)
    await scene.order(images=4)
    assert sorted(scene.told.percents, key=str) == sorted(
        [(GUILD, Period.DAY, 100), (GUILD, Period.MONTH, 100), (EVERYWHERE, Period.DAY, 80)], key=str
    )
    assert isinstance(await scene.order(), OverCap)
    assert len(scene.told.warnings) == 3


async def test_a_higher_cap_is_warned_of_anew_and_the_same_one_is_not(scene: Scene) -> None:
    await scene.cap(day=4 * PRICE)
    await scene.order(images=4)
    await scene.cap(day=3 * PRICE)
    await scene.cap(day=4 * PRICE)
    assert len(scene.told.warnings) == 1
    await scene.cap(day=10 * PRICE)
    assert len(scene.told.warnings) == 1
    await scene.order(images=4)
    assert scene.told.percents[1:] == [(GUILD, Period.DAY, 80)]
    assert scene.told.warnings[1][0].cap == 10 * PRICE


async def test_a_new_day_is_warned_of_anew_and_the_month_is_not(scene: Scene) -> None:
    await scene.cap(day=4 * PRICE, month=5 * PRICE)
    await scene.order(images=4)
    assert scene.told.percents == [(GUILD, Period.DAY, 100), (GUILD, Period.MONTH, 80)]
    scene.rig.clock.advance(DAY_MS)
    scene.told.warnings.clear()
    await scene.cap(day=PRICE, month=5 * PRICE)
    await scene.order()
    assert scene.told.percents == [(GUILD, Period.DAY, 100), (GUILD, Period.MONTH, 100)]


async def test_what_was_given_back_is_not_counted(scene: Scene) -> None:
    """In memory it is, until the database is asked."""
    await scene.cap(day=10 * PRICE)
    for _ in range(5):
        job = await scene.order(images=4)
        assert isinstance(job, Job)
        assert await scene.rig.store.mark_cancelling(job.id, sent_too=True)
        cancelled = await scene.rig.store.mark_cancelled(job.id)
        assert cancelled is not None
        scene.budget.changed(cancelled, Status.CANCELLING)
    await scene.rest()
    assert scene.told.warnings == []


async def test_a_reported_cost_above_the_estimate_counts_once_it_is_known(scene: Scene) -> None:
    await scene.cap(day=10 * PRICE)
    job = await scene.order(images=4)
    assert isinstance(job, Job)
    store = scene.rig.store
    await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=9, per_minute=9)
    assert await store.mark_delivering(job.id, images=[], cost=9 * PRICE, prediction_id=None)
    kept = await store.mark_undelivered(job.id, detail="")
    assert kept is not None
    scene.budget.changed(kept, Status.DELIVERING)
    await scene.rest()
    assert scene.told.percents == [(GUILD, Period.DAY, 80)]
    assert scene.told.warnings[0][1] == 9 * PRICE


async def test_a_cap_of_nothing_is_no_news(scene: Scene) -> None:
    await scene.cap(day=0)
    refusal = await scene.order()
    assert isinstance(refusal, OverCap)
    assert (refusal.scope, refusal.cap) == (Scope.SERVER, 0)
    assert scene.told.warnings == []


async def test_the_bots_cap_holds_the_orders_of_all_servers_together(scene: Scene) -> None:
    await scene.cap(guild=EVERYWHERE, month=5 * PRICE)
    await scene.order(images=2, guild=11)
    await scene.order(images=2, guild=12)
    assert scene.told.percents == [(EVERYWHERE, Period.MONTH, 80)]


async def test_what_a_restart_finds_told_is_not_told_again(tmp_path: Path) -> None:
    async with opened_rig(tmp_path) as rig:
        async with running(rig, Told()) as before:
            await before.cap(day=4 * PRICE, month=100 * PRICE)
            await before.order(images=4)
            assert len(before.told.warnings) == 1
        async with running(rig, Told()) as after:
            assert isinstance(await after.order(), OverCap)
            assert after.told.warnings == []


async def test_what_the_last_process_did_not_come_to_tell_is_told_by_the_next(tmp_path: Path) -> None:
    """Nobody could be told, or the process ended between the order and the look: then no further order brings it up."""
    async with opened_rig(tmp_path) as rig:
        async with running(rig, Told(is_away=True)) as before:
            await before.cap(day=4 * PRICE)
            await before.order(images=4)
            await becomes(lambda: before.told.tried == 1)
        async with running(rig, Told()) as after:
            assert after.told.percents == [(GUILD, Period.DAY, 100)]
        unseen = replace(rig.order(count=4), guild_id=11)
        async with running(rig, Told()) as setting:
            await setting.cap(guild=11, day=4 * PRICE)
        await rig.store.admit(
            unseen, provider=Provider.EACHLABS, estimated_cost=4 * PRICE, bounds=Bounds(allowance=Allowance())
        )
        async with running(rig, Told()) as last:
            assert last.told.percents == [(11, Period.DAY, 100)]


async def test_yesterdays_warning_is_too_late_to_be_told(tmp_path: Path) -> None:
    async with opened_rig(tmp_path) as rig:
        async with running(rig, Told(is_away=True)) as before:
            await before.cap(day=4 * PRICE)
            await before.order(images=4)
        rig.clock.advance(DAY_MS)
        async with running(rig, Told()) as after:
            assert after.told.warnings == []


async def test_a_warning_that_is_told_too_late_is_told_no_more(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.servers.budget.AGAIN", 0.001)
    scene.told.is_away = True
    await scene.cap(day=4 * PRICE)
    await scene.order(images=4)
    assert scene.budget._untold
    scene.rig.clock.advance(DAY_MS)
    await becomes(lambda: not scene.budget._untold)
    assert scene.told.warnings == []
    assert await scene.rig.store.untold_warnings(at=scene.rig.clock.ms - DAY_MS) == []


async def test_who_cannot_be_reached_is_tried_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.servers.budget.AGAIN", 0.001)
    scene.told.is_away = True
    await scene.cap(day=4 * PRICE)
    await scene.order(images=4)
    await becomes(lambda: scene.told.tried > 2)
    scene.told.is_away = False
    await scene.rest()
    assert scene.told.percents == [(GUILD, Period.DAY, 100)]


async def test_trouble_with_the_database_loses_no_warning(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.tasks._STORE_PAUSE", 0.001)
    await scene.cap(day=4 * PRICE)
    records = scene.budget._records
    assert isinstance(records, CountingStore)
    records.away_for = 3
    scene.rig.clock.advance(DAY_MS)  # so that it is asked again
    await scene.order(images=4)
    assert records.away_for == 0
    assert scene.told.percents == [(GUILD, Period.DAY, 100)]
