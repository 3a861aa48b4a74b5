"""Whatever users do in whatever order, the quota holds and the ledger adds up."""

import asyncio
import itertools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given, settings

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Order, Posted, StoredImage
from jobs.outcomes import Admitted, OverQuota
from jobs.sentence import verbatim
from storage.address import DatabaseAddress
from storage.store import SqlStore, open_store
from tests.postgres import Server
from tests.storage.support import execute
from tests.support import daily, within

MakeOrderOf = Callable[[int, int, int], Order]
History = list[tuple[str, int, int]]

DAY = 86_400_000
ALLOWANCE = 6
START = 1_795_262_400_000
PICTURE = StoredImage(name="1.png", format="png", width=8, height=8, size=80)


@dataclass
class _Reservation:
    """What the model knows of one job."""

    user: int
    at: int
    images: int
    job_id: str
    open: bool = True


@dataclass
class _Model:
    """The quota in a few lines of Python, and the clock."""

    at: int = START
    made: list[_Reservation] = field(default_factory=list)

    def now(self) -> int:
        """UTC milliseconds."""
        return self.at

    def used(self, user: int) -> int:
        """Images of the user that count."""
        return sum(each.images for each in self.made if each.user == user and each.at > self.at - DAY)

    def fits_at(self, user: int, asked: int) -> int | None:
        """The first moment, among those when something leaves, at which the order fits."""
        if asked > ALLOWANCE:
            return None
        ends = sorted(each.at + DAY for each in self.made if each.user == user and each.at > self.at - DAY)
        return next(
            end
            for end in ends
            if asked + sum(each.images for each in self.made if each.user == user and each.at + DAY > end) <= ALLOWANCE
        )


orders = st.tuples(st.just("order"), st.integers(1, 2), st.integers(1, 7))
ends = st.tuples(st.sampled_from(["deliver", "keep", "fail", "cancel"]), st.integers(0, 3), st.integers(0, 3))
waits = st.tuples(st.just("wait"), st.sampled_from([1, 1_000, DAY // 3, DAY // 2, DAY - 1, DAY]), st.just(0))
histories = st.lists(st.one_of(orders, orders, ends, waits), max_size=25)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(history=histories)
def test_usage_is_the_models_and_never_above_the_allowance(make_order_of: MakeOrderOf, history: History) -> None:
    """Admission, usage, refusals and the ledger agree with a model of a few lines."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(history, make_order_of, Path(folder) / "bot.db"))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(history=histories)
def test_the_same_on_a_server(make_order_of: MakeOrderOf, postgres_server: Server, history: History) -> None:
    """With fewer histories, since a database on a server is not made in no time."""

    async def play() -> None:
        async with postgres_server.database() as address:
            await _play(history, make_order_of, address)

    asyncio.run(play())


async def _play(history: History, make_order_of: MakeOrderOf, address: DatabaseAddress) -> None:
    model = _Model()
    interactions = itertools.count(1)
    async with open_store(address, model) as store:
        for what, first, second in history:
            if what == "wait":
                model.at += first
            elif what == "order":
                order = make_order_of(next(interactions), first, second)
                await _place_order(store, model, order)
            elif still_open := [each for each in model.made if each.open]:
                await _end(store, what, still_open[first % len(still_open)], delivered=second)
            for user in (1, 2):
                usage = await store.usage(guild_id=1, user_id=user, allowance=daily(ALLOWANCE))
                assert usage.windows[0].used == model.used(user) <= ALLOWANCE
        await _reconcile(store, model)


async def _place_order(store: SqlStore, model: _Model, order: Order) -> None:
    user, asked = order.user_id, order.request.images
    answer = await store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(ALLOWANCE))
    if model.used(user) + asked > ALLOWANCE:
        assert isinstance(answer, OverQuota)
        assert answer.enough_at == model.fits_at(user, asked)
        return
    assert isinstance(answer, Admitted)
    model.made.append(_Reservation(user=user, at=model.at, images=asked, job_id=answer.job.id))
    assert answer.usage.windows[0].used == model.used(user)


async def _end(store: SqlStore, how: str, reservation: _Reservation, *, delivered: int) -> None:
    """End the job by one of the four ways, twice, as a duplicate message would."""
    job_id = reservation.job_id
    for _ in range(2):
        if how in {"deliver", "keep"}:
            # Straight to the queue's head: the way through the API is not what is tested here.
            while (job := await store.get(job_id)) is not None and job.status == "queued":
                await store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=10**6, per_minute=10**6)
            await store.mark_delivering(job_id, images=[PICTURE] * delivered, cost=None, prediction_id=None)
            if how == "keep":
                await store.mark_undelivered(job_id, detail="nowhere")
            await store.mark_delivered(job_id, posted=Posted(channel_id=1, message_id=1))
        elif how == "fail":
            failure = Failure(reason=Reason.DEADLINE, user_message=verbatim("Late."), detail="late")
            await store.mark_failed(job_id, failure)
        else:
            await store.mark_cancelling(job_id, sent_too=True)
            await store.mark_cancelled(job_id)
    reservation.open = False
    reservation.images = min(delivered, reservation.images) if how in {"deliver", "keep"} else 0


async def _reconcile(store: SqlStore, model: _Model) -> None:
    """Every job's ledger sums up to what it is charged, and has one reservation and at most one end."""
    rows = await execute(
        store._engine,
        "SELECT job_id, SUM(images), SUM(CASE kind WHEN 'reserve' THEN 1 ELSE 0 END), "
        "SUM(CASE kind WHEN 'reserve' THEN 0 ELSE 1 END) FROM ledger GROUP BY job_id",
    )
    booked = {job_id: (images, reserved, ended) for job_id, images, reserved, ended in rows}
    expected = {each.job_id: (each.images, 1, 0 if each.open else 1) for each in model.made}
    assert booked == expected
