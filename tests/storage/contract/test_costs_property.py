"""Whatever becomes of orders, every sum of money is the same, to the last micro-dollar, wherever it is asked for."""

import asyncio
import itertools
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given, settings

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job, Order, Posted, StoredImage
from jobs.outcomes import Admitted, BatchAdmitted, OverCap
from jobs.quota import Bounds
from jobs.sentence import verbatim
from jobs.servers.allowance import Allowance
from jobs.servers.money import DAY_MS, Spend, day_of
from jobs.servers.rules import EVERYWHERE, Caps
from storage.address import DatabaseAddress
from storage.store import SqlStore, open_store
from tests.postgres import Server
from tests.storage.support import execute

MakeOrderOf = Callable[[int, int, int], Order]
Step = tuple[str, int, int]

START = 1_795_262_400_000  # 2026-11-21T12:00:00Z
GUILDS = (1, 2)
MODELS = ("flux-lora", "flux-2-lora")
CAPS = Caps(day=200_001, month=400_003)
EVERYBODYS = Caps(day=300_007, month=500_011)
BOUNDS = Bounds(allowance=Allowance(), server=CAPS, bot=EVERYBODYS)
PICTURE = StoredImage(name="1.png", format="png", width=8, height=8, size=80)
FAILURE = Failure(reason=Reason.DEADLINE, user_message=verbatim("Late."), detail="late")


@dataclass
class _Order:
    """What the model knows of one job; all of its money is micro-dollars."""

    job: Job
    at: int
    estimate: int
    lost: int = 0  # creates that were given up
    made: int | None = None  # what its images cost
    reported: int | None = None
    open: bool = True

    @property
    def cost(self) -> int:
        """While it is open it is taken to cost its estimate; what may have been paid in vain counts from then on."""
        return (self.estimate if self.open else self.made or 0) + self.lost * self.estimate

    @property
    def booked(self) -> int:
        """What the ledger has of it: until it has ended, of lost creates nothing."""
        return self.estimate if self.open else self.cost


@dataclass
class _Model:
    """The money in a few lines of Python, and the clock."""

    at: int = START
    made: list[_Order] = field(default_factory=list)

    def now(self) -> int:
        """UTC milliseconds."""
        return self.at

    def spent(self, guild: int, *, at: int) -> Spend:
        """What counts towards the caps of that moment; all of it happens within one month."""
        costs = [(day_of(each.at), each.cost) for each in self.made if guild in {each.job.order.guild_id, EVERYWHERE}]
        today = day_of(at)
        return Spend(day=sum(cost for day, cost in costs if day == today), month=sum(cost for _, cost in costs))

    def fits(self, guild: int, cost: int, *, at: int) -> bool:
        """Whether no cap is passed by what an order of that moment costs more."""
        return all(
            spend.day + cost <= (caps.day or 0) and spend.month + cost <= (caps.month or 0)
            for spend, caps in ((self.spent(guild, at=at), CAPS), (self.spent(EVERYWHERE, at=at), EVERYBODYS))
        )


orders = st.tuples(st.just("order"), st.integers(0, 31), st.integers(1, 150_000))
batches = st.tuples(st.just("batch"), st.integers(0, 31), st.integers(1, 50_000))
delivered = st.tuples(st.sampled_from(["deliver", "keep"]), st.integers(0, 9), st.integers(0, 500_000))
ends = st.tuples(st.sampled_from(["fail", "cancel", "break"]), st.integers(0, 9), st.integers(0, 3))
losses = st.tuples(st.just("lose"), st.integers(0, 9), st.just(0))
waits = st.tuples(st.just("wait"), st.sampled_from([1, 1_000, DAY_MS // 3, DAY_MS]), st.just(0))
histories = st.lists(st.one_of(orders, batches, delivered, ends, losses, waits), min_size=8, max_size=30)


@settings(max_examples=25)
@given(history=histories)
def test_every_sum_is_the_models(make_order_of: MakeOrderOf, history: list[Step]) -> None:
    """Of the day and the month, the ledger, the costs by user, model and day, and job by job."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(history, make_order_of, Path(folder) / "bot.db"))


@settings(max_examples=8)
@given(history=histories)
def test_the_same_on_a_server(make_order_of: MakeOrderOf, postgres_server: Server, history: list[Step]) -> None:
    """With fewer histories, since a database on a server is not made in no time."""

    async def play() -> None:
        async with postgres_server.database() as address:
            await _play(history, make_order_of, address)

    asyncio.run(play())


async def _play(history: list[Step], make_order_of: MakeOrderOf, address: DatabaseAddress) -> None:
    model, interactions = _Model(), itertools.count(1)
    async with open_store(address, model) as store:
        for what, first, second in history:
            if what == "wait":
                model.at = min(model.at + first, START + 9 * DAY_MS)  # still in November
            elif what in {"order", "batch"}:
                order = make_order_of(next(interactions), 1 + first % 3, 1 + first % 4)
                request = replace(order.request, model=MODELS[first // 4 % 2])
                order = replace(order, guild_id=GUILDS[first // 8 % 2], request=request)
                await _place(store, model, [order] if what == "order" else _batch(order), cost=second)
            elif still_open := [each for each in model.made if each.open]:
                of = still_open[first % len(still_open)]
                await (_lose(store, model, of) if what == "lose" else _end(store, of, what, second))
            for guild in (*GUILDS, EVERYWHERE):
                assert await store.spend(guild, at=model.at) == model.spent(guild, at=model.at)
        await _reconcile(store, model)


def _batch(order: Order) -> list[Order]:
    return [replace(order, index=index) for index in range(3)]


async def _place(store: SqlStore, model: _Model, placed: list[Order], *, cost: int) -> None:
    answer = await store.admit_batch(
        placed, provider=Provider.EACHLABS, estimated_cost=cost, bounds=BOUNDS, message_id=1
    )
    guild, asked = placed[0].guild_id, cost * len(placed)
    if not model.fits(guild, asked, at=model.at):
        assert isinstance(answer, OverCap)
        assert answer.asked == asked
        assert answer.spent + asked > answer.cap
        return
    assert isinstance(answer, BatchAdmitted | Admitted)
    model.made += [_Order(job=job, at=model.at, estimate=cost) for job in answer.jobs]


async def _send(store: SqlStore, job_id: str) -> None:
    while (job := await store.get(job_id)) is not None and job.status == "queued":
        await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=10**6, per_minute=10**6)


async def _lose(store: SqlStore, model: _Model, of: _Order) -> None:
    """Lose the answer to a create: another one is sent only where both fit; nothing else overspends knowingly."""
    await _send(store, of.job.id)
    of.lost += 1
    answer = await store.give_up(of.job.id, not_before=0, bounds=BOUNDS)
    if model.fits(of.job.order.guild_id, 0, at=of.at):
        assert isinstance(answer, Job)
        assert answer.unknown_creates == of.lost
        return
    assert isinstance(answer, OverCap)
    assert answer.spent + of.estimate > answer.cap
    assert await store.mark_failed(of.job.id, FAILURE, unknown=True) is not None
    of.open = False


async def _end(store: SqlStore, of: _Order, how: str, cost: int) -> None:
    """Let something become of a job; what ends it comes twice, as a duplicate message would."""
    job_id, reported = of.job.id, cost if cost % 3 else None
    if how in {"deliver", "keep", "break"}:
        await _send(store, job_id)
    of.open = False
    for _ in range(2):
        match how:
            case "deliver" | "keep" | "break":
                await store.mark_delivering(job_id, images=[PICTURE], cost=reported, prediction_id=None)
                of.made, of.reported = of.estimate if reported is None else reported, reported
                if how == "break":  # the API has made it, and it is lost here
                    await store.mark_failed(job_id, FAILURE)
                    continue
                if how == "keep":
                    await store.mark_undelivered(job_id, detail="nowhere")
                await store.mark_delivered(job_id, posted=Posted(channel_id=1, message_id=1))
            case "fail":
                await store.mark_failed(job_id, FAILURE)
            case _:
                await store.mark_cancelling(job_id, sent_too=True)
                await store.mark_cancelled(job_id)


async def _reconcile(store: SqlStore, model: _Model) -> None:
    everything: Counter[tuple[int, int]] = Counter()
    for guild in GUILDS:
        made = [each for each in model.made if each.job.order.guild_id == guild]
        rows = await store.costs(guild, since=0, until=2 * START)
        by_user, by_model, by_day = Counter[int](), Counter[str](), Counter[int]()
        for row in rows:
            by_user[row.user_id] += row.cost
            by_model[row.model] += row.cost
            by_day[row.day] += row.cost
            assert min(row.estimated, row.reported, row.lost) >= 0
        expected = Counter[int](), Counter[str](), Counter[int]()
        for each in made:
            expected[0][each.job.order.user_id] += each.cost
            expected[1][each.job.request.model] += each.cost
            expected[2][day_of(each.at)] += each.cost
        assert (by_user, by_model, by_day) == expected
        assert sum(row.reported for row in rows) == sum(each.reported or 0 for each in made)
        assert sum(row.lost for row in rows) == sum(each.lost * each.estimate for each in made)
        jobs = await store.job_costs(guild, since=0, until=2 * START, limit=1_000)
        assert {job.id: job.cost for job in jobs} == {each.job.id: each.cost for each in made}
        for each in made:
            everything.update({(guild, day_of(each.at)): each.booked, (EVERYWHERE, day_of(each.at)): each.booked})
    kept = await execute(store._engine, "SELECT guild_id, day, amount FROM spend")
    assert {(guild, day): amount for guild, day, amount in kept if amount} == dict(+everything)
    [[ledger]] = await execute(store._engine, "SELECT CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM ledger")
    assert ledger == sum(each.booked for each in model.made)
