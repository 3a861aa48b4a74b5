"""A transaction is whole or absent, whatever happens to the task that it runs in."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job, Order
from jobs.outcomes import Admitted
from jobs.sentence import verbatim
from jobs.status import Status
from storage.store import SqlStore
from tests.storage.support import execute, fetch
from tests.support import within

MakeOrder = Callable[..., Order]
JobIn = Callable[..., Awaitable[Job]]
USERS = "SELECT COUNT(*) FROM users"
ADD_USER = "INSERT INTO users VALUES (1, 1)"


async def _admitted(store: SqlStore, order: Order) -> Job:
    admission = await store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(1_000))
    assert isinstance(admission, Admitted)
    return admission.job


async def test_a_cancelled_transaction_is_rolled_back(store: SqlStore, make_order: MakeOrder) -> None:
    """Never left open for the next one."""
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with store._engine.transaction() as connection:
            await fetch(store._engine, connection, ADD_USER)
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await execute(store._engine, USERS) == [(0,)]
    await _admitted(store, make_order())


@pytest.mark.parametrize("unit", ["turns of the loop", "fractions of a millisecond"])
async def test_a_transaction_cut_off_anywhere_is_whole_or_absent(
    store: SqlStore, make_order: MakeOrder, unit: str
) -> None:
    """Cancelled at many moments of its life."""
    admit = SqlStore.admit.__wrapped__  # type: ignore[attr-defined] # what `write` wraps
    for steps in range(60):
        write = partial(
            admit, store, order=make_order(), provider=Provider.EACHLABS, estimated_cost=1, bounds=within(1_000)
        )
        task = asyncio.create_task(store._engine.transact(write))
        if unit == "turns of the loop":
            for _ in range(steps):
                await asyncio.sleep(0)
        else:
            await asyncio.sleep(steps * 0.0002)
        task.cancel()
        await asyncio.wait([task])
        async with store._engine.transaction():
            pass  # would fail inside a transaction that was left open
        [counts] = await execute(
            store._engine, "SELECT (SELECT COUNT(*) FROM jobs), (SELECT COUNT(*) FROM ledger WHERE kind = 'reserve')"
        )
        assert counts[0] == counts[1]


async def test_a_cancelled_write_is_finished_before_the_cancellation_goes_on(
    store: SqlStore, make_order: MakeOrder
) -> None:
    """A stop loses no status."""
    order = make_order()
    async with store._engine.transaction() as connection:
        # Another admission of the same user, which the cancelled one has to wait for.
        await store._sql.lock_user(connection, user_id=order.user_id, now=1)
        task = asyncio.create_task(_admitted(store, order))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [job.order for job in await store.unfinished()] == [order]


async def test_an_exception_in_the_block_rolls_back_and_is_raised_as_it_is(store: SqlStore) -> None:
    """The caller's own errors pass."""

    async def write_and_fail() -> None:
        async with store._engine.transaction() as connection:
            await fetch(store._engine, connection, ADD_USER)
            raise LookupError

    with pytest.raises(LookupError):
        await write_and_fail()
    assert await execute(store._engine, USERS) == [(0,)]


async def test_whatever_a_vendor_says_can_be_stored(store: SqlStore, job_in: JobIn) -> None:
    """NUL is no character that every database takes."""
    job = await job_in(Status.RUNNING)
    failed = await store.mark_failed(
        job.id, Failure(reason=Reason.REJECTED, user_message=verbatim("No."), detail="<html>\0\N{PILE OF POO}")
    )
    assert failed is not None
    assert failed.failure is not None
    assert failed.failure.detail.startswith("<html>")
    assert failed.failure.detail.endswith("\N{PILE OF POO}")
