"""A clock to be moved, orders, and stores on real files."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job, Order, Posted, Reply, StoredImage
from jobs.outcomes import Admitted
from jobs.ports import Clock
from jobs.request import ImageRequest, Lora
from jobs.sentence import verbatim
from jobs.status import Status
from storage.address import DatabaseAddress
from storage.store import SqlStore, open_store
from tests.postgres import Server
from tests.support import within

NOON = 1_795_262_400_000  # 2026-11-21T12:00:00Z
PICTURE = StoredImage(name="1.png", format="png", width=1024, height=768, size=12_345)

OpenStore = Callable[[], AbstractAsyncContextManager[SqlStore]]
MakeOrder = Callable[..., Order]
Admit = Callable[..., Awaitable[Job]]
Change = Callable[[Job, Status], Awaitable[Job | None]]


class SettableClock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> int:
        """UTC milliseconds."""
        return self.at


@pytest.fixture
def settable() -> SettableClock:
    """The clock, with its hands."""
    return SettableClock()


@pytest.fixture
def clock(settable: SettableClock) -> Clock:
    """The clock as the store knows it."""
    return settable


@pytest.fixture
def advance(settable: SettableClock) -> Callable[[int], None]:
    """Moves the clock by milliseconds."""

    def move(by: int) -> None:
        settable.at += by

    return move


@pytest.fixture(params=["sqlite", "postgresql"])
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DatabaseAddress]:
    """A database for this test; an engine joins the contract by joining `params`."""
    match request.param:
        case "sqlite":
            yield tmp_path / "bot.db"
        case "postgresql":
            server: Server = request.getfixturevalue("postgres_server")
            async with server.database() as on_server:
                yield on_server
        case unknown:
            raise ValueError(unknown)


@pytest.fixture
def open_again(address: DatabaseAddress, clock: Clock) -> OpenStore:
    """Opens one and the same database, as another process would."""
    return lambda: open_store(address, clock)


@pytest.fixture
async def store(open_again: OpenStore) -> AsyncIterator[SqlStore]:
    """An open store."""
    async with open_again() as opened:
        yield opened


@pytest.fixture
def make_order() -> MakeOrder:
    """Orders of one user in one server, each from an interaction of its own."""
    interactions = itertools.count(1_000)

    def make(
        *,
        user: int = 7,
        guild: int = 1,
        images: int = 1,
        interaction: int | None = None,
        index: int = 0,
        source: str | None = None,
        loras: tuple[str, ...] = (),
    ) -> Order:
        return Order(
            interaction_id=next(interactions) if interaction is None else interaction,
            index=index,
            guild_id=guild,
            channel_id=2,
            user_id=user,
            locale="en-US",
            private=False,
            request=ImageRequest(
                model="flux-lora",
                prompt="a lighthouse",
                seed=42,
                count=images,
                loras=tuple(Lora(path=path, scale=0.8) for path in loras),
            ),
            reply=Reply(application_id=3, token="interaction-token", expires_at=NOON + 900_000),
            upload_limit=10_485_760,
            source=source,
        )

    return make


@pytest.fixture(scope="session")
def make_order_of() -> Callable[[int, int, int], Order]:
    """An order by interaction, user and images; for property tests, which outlive one test's fixtures."""

    def make(interaction: int, user: int, images: int) -> Order:
        return Order(
            interaction_id=interaction,
            guild_id=1,
            channel_id=2,
            user_id=user,
            locale="en-US",
            private=True,
            request=ImageRequest(model="flux-lora", prompt="a lighthouse", seed=42, count=images),
            reply=Reply(application_id=3, token="interaction-token", expires_at=NOON),
            upload_limit=10_485_760,
        )

    return make


@pytest.fixture
def admit(store: SqlStore, make_order: MakeOrder) -> Admit:
    """Lets an order in that has room, and gives its job."""

    async def let_in(*, provider: Provider = Provider.EACHLABS, allowance: int = 10_000, **what: object) -> Job:
        admission = await store.admit(
            make_order(**what), provider=provider, estimated_cost=35_000, bounds=within(allowance)
        )
        assert isinstance(admission, Admitted)
        return admission.job

    return let_in


@pytest.fixture
def claim(store: SqlStore) -> Callable[..., Awaitable[Job | None]]:
    """Claims with one key and wide limits, unless narrower ones are given."""

    async def take(
        *,
        provider: Provider = Provider.EACHLABS,
        key: str = "key",
        concurrency: int = 1_000,
        per_minute: int = 1_000,
        over: Collection[str] = (),
    ) -> Job | None:
        return await store.claim(
            provider=provider, key_id=key, concurrency=concurrency, per_minute=per_minute, over=over
        )

    return take


@pytest.fixture
def change(store: SqlStore) -> Change:
    """Calls the store's method that takes a job to a state; a claim takes whichever job is next in the queue."""
    failure = Failure(reason=Reason.REJECTED, user_message=verbatim("Change the size."), detail="400")
    soon = NOON + 5_000
    ways: dict[Status, Callable[[Job], Awaitable[Job | None]]] = {
        Status.QUEUED: lambda job: store.requeue(job.id, not_before=NOON),
        Status.SUBMITTING: lambda job: store.claim(
            provider=job.provider, key_id=f"key of {job.id}", concurrency=1, per_minute=1
        ),
        Status.UNCONFIRMED: lambda job: store.mark_unconfirmed(job.id, next_poll_at=soon),
        Status.RUNNING: lambda job: store.mark_running(job.id, prediction_id=f"p-{job.id}", next_poll_at=soon),
        Status.DELIVERING: lambda job: store.mark_delivering(job.id, images=[PICTURE], cost=40_000, prediction_id=None),
        Status.DELIVERED: lambda job: store.mark_delivered(job.id, posted=Posted(channel_id=2, message_id=9)),
        Status.UNDELIVERED: lambda job: store.mark_undelivered(job.id, detail="no permission"),
        Status.CANCELLING: lambda job: store.mark_cancelling(job.id, sent_too=True),
        Status.CANCELLED: lambda job: store.mark_cancelled(job.id),
        Status.FAILED: lambda job: store.mark_failed(job.id, failure),
    }

    async def to(job: Job, target: Status) -> Job | None:
        if (job.status, target) == (Status.QUEUED, Status.DELIVERING):  # the way of a job whose create was given up
            await store.claim(provider=job.provider, key_id="first", concurrency=1, per_minute=1)
            await store.give_up(job.id, not_before=NOON, bounds=within(1))
        return await ways[target](job)

    return to


WAYS: dict[Status, tuple[Status, ...]] = {
    Status.QUEUED: (),
    Status.SUBMITTING: (Status.SUBMITTING,),
    Status.UNCONFIRMED: (Status.SUBMITTING, Status.UNCONFIRMED),
    Status.RUNNING: (Status.SUBMITTING, Status.RUNNING),
    Status.DELIVERING: (Status.SUBMITTING, Status.RUNNING, Status.DELIVERING),
    Status.DELIVERED: (Status.SUBMITTING, Status.RUNNING, Status.DELIVERING, Status.DELIVERED),
    Status.UNDELIVERED: (Status.SUBMITTING, Status.RUNNING, Status.DELIVERING, Status.UNDELIVERED),
    Status.CANCELLING: (Status.CANCELLING,),
    Status.CANCELLED: (Status.CANCELLING, Status.CANCELLED),
    Status.FAILED: (Status.FAILED,),
}


@pytest.fixture
def job_in(admit: Admit, change: Change) -> Callable[..., Awaitable[Job]]:
    """A new job, taken to a state through the store; to be called while nothing else is queued."""

    async def reach(status: Status, **what: object) -> Job:
        job = await admit(**what)
        for step in WAYS[status]:
            changed = await change(job, step)
            assert changed is not None
            assert changed.id == job.id
            job = changed
        return job

    return reach
