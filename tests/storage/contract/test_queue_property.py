"""Whatever users order in whatever order: never more wait than may, nothing is half admitted, the quota holds."""

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
from jobs.model import Order
from jobs.outcomes import Admitted, BatchAdmitted, OverQuota, TooManyWaiting
from jobs.status import Status
from storage.address import DatabaseAddress
from storage.store import SqlStore, open_store
from tests.postgres import Server
from tests.support import daily, within

MakeOrderOf = Callable[[int, int, int], Order]
History = list[tuple[str, int, int, int]]

ALLOWANCE, MOST = 12, 4
LIMITS = {"provider": Provider.EACHLABS, "estimated_cost": 1, "bounds": within(ALLOWANCE, most=MOST)}

singles = st.tuples(st.just("one"), st.integers(1, 2), st.integers(1, 4), st.just(1))
batches = st.tuples(st.just("several"), st.integers(1, 2), st.integers(1, 2), st.integers(2, 6))
moves = st.tuples(st.sampled_from(["claim", "cancel", "cancel"]), st.integers(0, 9), st.just(0), st.just(0))
histories = st.lists(st.one_of(singles, batches, moves), max_size=25)


@dataclass
class _Model:
    """The queue in a few lines of Python, and a clock that stands still."""

    waiting: dict[str, int] = field(default_factory=dict)  # whose each queued job is
    used: Counter[int] = field(default_factory=Counter)  # images by user
    images: dict[str, int] = field(default_factory=dict)

    def now(self) -> int:
        """UTC milliseconds."""
        return 1_795_262_400_000

    def answer(self, user: int, images: int, jobs: int) -> type:
        """What an order must come to."""
        if self.used[user] + images * jobs > ALLOWANCE:
            return OverQuota
        if list(self.waiting.values()).count(user) + jobs > MOST:
            return TooManyWaiting
        return Admitted


@settings(max_examples=25, deadline=None, derandomize=True)
@given(history=histories)
def test_the_queue_is_the_models(make_order_of: MakeOrderOf, history: History) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(history, make_order_of, Path(folder) / "bot.db"))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(history=histories)
def test_the_same_on_a_server(make_order_of: MakeOrderOf, postgres_server: Server, history: History) -> None:
    async def play() -> None:
        async with postgres_server.database() as address:
            await _play(history, make_order_of, address)

    asyncio.run(play())


async def _play(history: History, make_order_of: MakeOrderOf, address: DatabaseAddress) -> None:
    model, interactions = _Model(), itertools.count(1)
    async with open_store(address, model) as store:
        for what, first, images, jobs in history:
            match what:
                case "one" | "several":
                    order = make_order_of(next(interactions), first, images)
                    await _order(store, model, order, jobs)
                case "claim":
                    await _claim(store, model)
                case _:
                    await _cancel(store, model, first)
            found = await store.unfinished()
            assert {job.id for job in found if job.status is Status.QUEUED} == set(model.waiting)
            assert max(Counter(model.waiting.values()).values(), default=0) <= MOST
            for user in (1, 2):
                assert (await store.usage(guild_id=1, user_id=user, allowance=daily(ALLOWANCE))).windows[
                    0
                ].used == model.used[user]


async def _order(store: SqlStore, model: _Model, order: Order, count: int) -> None:
    user, images = order.user_id, order.request.images
    if count == 1:
        answer = await store.admit(order, **LIMITS)  # type: ignore[arg-type]  # values of several types
        jobs = [answer.job] if isinstance(answer, Admitted) else []
    else:
        orders = [replace(order, index=index, batch=count) for index in range(count)]
        several = await store.admit_batch(orders, message_id=9, **LIMITS)  # type: ignore[arg-type]  # the same
        answer = several  # type: ignore[assignment]  # told apart below
        jobs = list(several.jobs) if isinstance(several, BatchAdmitted) else []
    expected = model.answer(user, images, count)
    assert isinstance(answer, (Admitted, BatchAdmitted) if expected is Admitted else expected)
    assert len(jobs) == (count if expected is Admitted else 0)
    for job in jobs:
        model.waiting[job.id], model.images[job.id] = user, images
        model.used[user] += images


async def _claim(store: SqlStore, model: _Model) -> None:
    job = await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=10**6, per_minute=10**6)
    assert (job is None) == (not model.waiting)
    if job is not None:
        del model.waiting[job.id]


async def _cancel(store: SqlStore, model: _Model, which: int) -> None:
    if not model.waiting:
        return
    job_id = sorted(model.waiting)[which % len(model.waiting)]
    await store.mark_cancelling(job_id, sent_too=True)
    await store.mark_cancelled(job_id)
    model.used[model.waiting.pop(job_id)] -= model.images[job_id]
