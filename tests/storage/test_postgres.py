import asyncio
import importlib.util
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from jobs.catalog import Provider
from jobs.errors import Reason
from jobs.model import Failure, Job, Order, Posted
from jobs.outcomes import Admitted
from jobs.ports import Clock, StoreUnavailable
from jobs.sentence import verbatim
from jobs.status import Status
from storage.address import PostgresAddress, parse_address
from storage.errors import DriverMissing, ParameterRefused, ServerTooOld
from storage.lock import hold
from storage.postgres import SESSION, require_server
from storage.store import SqlStore, open_store
from tests.postgres import GUEST, Server, own_server
from tests.storage.support import execute
from tests.storage.wire import Loss, Wire
from tests.support import within

MakeOrder = Callable[..., Order]
JobIn = Callable[..., Awaitable[Job]]


@pytest.fixture
def address(postgres: PostgresAddress) -> PostgresAddress:
    """Gives a database on the server: what is looked at here is this engine's own."""
    return postgres


@pytest.fixture
async def admin(postgres: PostgresAddress) -> AsyncIterator[asyncpg.Connection]:
    """Gives another connection, that of an administrator."""
    connection = await asyncpg.connect(postgres.url)
    yield connection
    await connection.close()


async def _admitted(store: SqlStore, order: Order) -> Job:
    admission = await store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(1_000))
    assert isinstance(admission, Admitted)
    return admission.job


async def _counts(store: SqlStore) -> tuple[int, int]:
    [(jobs, reservations)] = await execute(
        store._engine, "SELECT (SELECT COUNT(*) FROM jobs), (SELECT COUNT(*) FROM ledger WHERE kind = 'reserve')"
    )
    return jobs, reservations


async def _end_other_sessions(admin: asyncpg.Connection) -> None:
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def test_a_session_keeps_what_it_promises_whatever_the_database_says(
    admin: asyncpg.Connection, postgres: PostgresAddress, clock: Clock
) -> None:
    """What durability and correctness rest on is the session's own."""
    for setting in ("synchronous_commit = off", "default_transaction_isolation = 'repeatable read'"):
        await admin.execute(f"ALTER DATABASE {postgres.name} SET {setting}")
    async with open_store(postgres, clock) as store:
        for setting, value in (("synchronous_commit", "on"), ("transaction_isolation", "read committed")):
            assert await execute(store._engine, f"SELECT current_setting('{setting}')") == [(value,)]


# ── trouble ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("53100", r"cannot grow: its disk is full \(53100\)"),
        ("53200", "has no memory left"),
        ("40P01", "was changed by others at the same moment"),
        ("57P03", "starting or stopping"),
        ("58030", "reports an error of the system"),
    ],
)
async def test_trouble_of_the_server_is_told_and_leaves_nothing_half_written(
    store: SqlStore, make_order: MakeOrder, admin: asyncpg.Connection, code: str, sentence: str
) -> None:
    """And the store works again once it is over."""
    await admin.execute(
        "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$; "
        "CREATE TRIGGER trouble BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION trouble()"
    )
    with pytest.raises(StoreUnavailable, match=sentence):
        await _admitted(store, make_order())
    assert await _counts(store) == (0, 0)
    await admin.execute("DROP TRIGGER trouble ON ledger")
    await _admitted(store, make_order())


async def test_a_read_only_database_is_told(
    store: SqlStore, job_in: JobIn, admin: asyncpg.Connection, postgres: PostgresAddress
) -> None:
    """The job stays as it was."""
    job = await job_in(Status.CANCELLING)
    await admin.execute(f"ALTER DATABASE {postgres.name} SET default_transaction_read_only = on")
    await _end_other_sessions(admin)  # new ones have the setting
    with pytest.raises(StoreUnavailable, match=r"is read-only: .* \(25006\)|closed the connection"):
        await store.mark_cancelled(job.id)
    with pytest.raises(StoreUnavailable, match=r"is read-only: .* \(25006\)"):
        await store.mark_cancelled(job.id)
    assert await store.get(job.id) == job


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("lock_timeout", r"is locked by another connection \(55P03\)"),
        ("statement_timeout", r"took too long over a statement \(57014\)"),
    ],
)
async def test_who_waits_too_long_for_another_connection_gives_up(
    postgres: PostgresAddress,
    clock: Clock,
    make_order: MakeOrder,
    admin: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    sentence: str,
) -> None:
    """Reads go on, and writes do when it has gone."""
    monkeypatch.setattr("storage.postgres.SESSION", {**SESSION, setting: "50ms"})
    async with open_store(postgres, clock) as store:
        await _admitted(store, make_order())
        async with admin.transaction():
            await admin.execute("SELECT * FROM users FOR UPDATE")
            with pytest.raises(StoreUnavailable, match=sentence):
                await _admitted(store, make_order())
            assert len(await store.unfinished()) == 1
        await _admitted(store, make_order())


async def test_reads_do_not_wait_for_writes_that_wait_for_each_other(
    store: SqlStore, make_order: MakeOrder, admin: asyncpg.Connection
) -> None:
    """However many there are."""
    job = await _admitted(store, make_order())
    async with admin.transaction():
        await admin.execute("SELECT * FROM users FOR UPDATE")
        waiting = [asyncio.create_task(_admitted(store, make_order())) for _ in range(20)]
        async with asyncio.timeout(30):
            while await admin.fetchval("SELECT COUNT(*) FROM pg_locks WHERE NOT granted") == 0:
                assert await store.get(job.id) == job
            assert await store.get(job.id) == job
    assert len(await asyncio.gather(*waiting)) == 20


async def test_a_fault_of_ours_is_raised_without_what_was_written(store: SqlStore, job_in: JobIn) -> None:
    """PostgreSQL adds the whole row, with prompts and tokens, to its message."""
    job = await job_in(Status.DELIVERING)
    with pytest.raises(asyncpg.CheckViolationError) as caught:
        await store.mark_delivered(job.id, posted=Posted(channel_id=1, message_id=None))  # type: ignore[arg-type]
    told = "".join(traceback.format_exception(caught.value))
    assert "lighthouse" not in told
    assert job.webhook_token not in told
    assert await store.get(job.id) == job


async def test_a_value_of_the_wrong_kind_is_raised_without_it(store: SqlStore) -> None:
    """A fault of ours as well."""
    no_moment = "a light" + "house"
    with pytest.raises(TypeError) as caught:
        await store.schedule_poll("x", at=no_moment)  # type: ignore[arg-type]
    assert "lighthouse" not in "".join(traceback.format_exception(caught.value))


async def test_a_job_that_is_being_changed_holds_no_claim_up(
    store: SqlStore, make_order: MakeOrder, admin: asyncpg.Connection
) -> None:
    """A slot is not left empty because the first in the queue is just being cancelled."""
    first, second = [await _admitted(store, make_order()) for _ in range(2)]
    async with admin.transaction():
        await admin.execute("SELECT * FROM jobs WHERE id = $1 FOR UPDATE", first.id)
        claiming = store.claim(provider=Provider.EACHLABS, key_id="key", concurrency=9, per_minute=9)
        taken = await asyncio.wait_for(claiming, 30)
    assert taken is not None
    assert taken.id == second.id


# ── connections come and go ──────────────────────────────────────────────────


async def test_a_session_that_was_ended_is_replaced(
    store: SqlStore, make_order: MakeOrder, admin: asyncpg.Connection
) -> None:
    """At the latest with the second try; nobody has to start anything again."""
    await _admitted(store, make_order())
    await _end_other_sessions(admin)
    try:
        await _admitted(store, make_order())
    except StoreUnavailable as error:
        assert "closed the connection" in str(error)  # noqa: PT017 - only when the news has not arrived yet
        await _admitted(store, make_order())
    assert await _counts(store) == (2, 2)


async def test_a_session_ended_within_a_transaction_leaves_nothing(
    store: SqlStore, make_order: MakeOrder, admin: asyncpg.Connection
) -> None:
    """Half of an admission is none."""
    async with admin.transaction():
        await admin.execute("LOCK TABLE ledger IN EXCLUSIVE MODE")  # the admission waits half-way
        task = asyncio.create_task(_admitted(store, make_order()))
        async with asyncio.timeout(30):
            while not await admin.fetchval("SELECT COUNT(*) FROM pg_locks WHERE NOT granted"):
                pass
        await _end_other_sessions(admin)
        with pytest.raises(StoreUnavailable, match="closed the connection"):
            await task
    assert await _counts(store) == (0, 0)


async def test_a_crash_of_the_server_loses_nothing_and_is_got_over(clock: Clock, make_order: MakeOrder) -> None:
    """What was accepted is there when it comes back."""
    with own_server() as server:
        async with open_store(parse_address(server.url("postgres")), clock) as store:
            job = await _admitted(store, make_order())
            await asyncio.to_thread(server.halt, "immediate")
            with pytest.raises(StoreUnavailable, match=r"cannot be reached|closed the connection"):
                await _admitted(store, make_order())
            with pytest.raises(StoreUnavailable, match="cannot be reached"):
                await store.get(job.id)
            await asyncio.to_thread(server.start)
            assert await store.get(job.id) == job
            await _admitted(store, make_order())


@pytest.fixture
async def wire(postgres: PostgresAddress, tmp_path: Path) -> AsyncIterator[Wire]:
    """Gives a way to the database on which commits can be lost."""
    async with Wire(postgres, tmp_path).opened() as wire:
        yield wire


async def test_a_commit_whose_answer_is_lost_is_found_done(wire: Wire, clock: Clock, make_order: MakeOrder) -> None:
    """The caller gets the truth: the job is admitted, once."""
    async with open_store(wire.address, clock) as store:
        wire.loses = Loss.ANSWER
        job = await _admitted(store, make_order())
        assert await store.unfinished() == [job]


async def test_a_commit_that_was_lost_itself_wrote_nothing(wire: Wire, clock: Clock, make_order: MakeOrder) -> None:
    """And may be tried again."""
    async with open_store(wire.address, clock) as store:
        wire.loses = Loss.COMMIT
        with pytest.raises(StoreUnavailable, match="closed the connection"):
            await _admitted(store, make_order())
        assert await _counts(store) == (0, 0)
        await _admitted(store, make_order())


@pytest.mark.parametrize("lost", Loss)
async def test_a_transition_in_doubt_is_won_or_may_be_repeated(
    lost: Loss, wire: Wire, clock: Clock, make_order: MakeOrder
) -> None:
    """Never a lost race against oneself, which would throw the result away."""
    async with open_store(wire.address, clock) as store:
        job = await _admitted(store, make_order())
        wire.loses = lost
        failure = Failure(reason=Reason.DEADLINE, user_message=verbatim("Late."), detail="late")
        try:
            failed = await store.mark_failed(job.id, failure)
        except StoreUnavailable:
            assert lost is Loss.COMMIT
            failed = await store.mark_failed(job.id, failure)
        assert failed is not None
        assert failed.status is Status.FAILED


async def test_an_outcome_that_cannot_be_asked_for_is_told_as_such(
    wire: Wire, clock: Clock, make_order: MakeOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as if nothing had been written."""
    monkeypatch.setattr("storage.postgres.LOOK_UP_SECONDS", 0.3)
    async with open_store(wire.address, clock) as store:
        wire.loses, wire.cut_after_loss = Loss.ANSWER, True
        with pytest.raises(StoreUnavailable, match="it is unknown what was written"):
            await _admitted(store, make_order())


# ── the way to the database ──────────────────────────────────────────────────


@asynccontextmanager
async def _guest(server: Server, options: str = "") -> AsyncIterator[None]:
    admin = await asyncpg.connect(server.url("postgres"))
    await admin.execute(f"CREATE ROLE {GUEST} LOGIN PASSWORD 'right' {options}")
    try:
        yield
    finally:
        await admin.execute(f"DROP ROLE {GUEST}")
        await admin.close()


async def _refusal(url: str, clock: Clock) -> str:
    """What the lock says, which comes first, and the store says the same."""
    address = parse_address(url)
    with pytest.raises(StoreUnavailable) as of_the_lock:
        async with hold(address, on_wait=lambda: None):
            pass
    with pytest.raises(StoreUnavailable) as of_the_store:
        async with open_store(address, clock):
            pass
    assert str(of_the_lock.value) == str(of_the_store.value)
    return str(of_the_store.value)


async def test_a_way_that_does_not_lead_to_a_database_is_told_in_one_sentence(tmp_path: Path, clock: Clock) -> None:
    """Without the password, whatever is wrong."""
    with own_server() as server:
        async with _guest(server):
            right = server.url("postgres", user=GUEST, password="right")
            async with hold(parse_address(right), on_wait=lambda: None):
                pass
            wrong = await _refusal(server.url("postgres", user=GUEST, password="secret-wrong"), clock)
        nobody = await _refusal(server.url("postgres", user="nobody", password="secret"), clock)
        absent = await _refusal(server.url("absent", password="secret"), clock)
        async with _guest(server, "CONNECTION LIMIT 0"):
            full = await _refusal(server.url("postgres", user=GUEST, password="right"), clock)
    away = await _refusal(f"postgresql://bot:secret@/bot?host={tmp_path}", clock)
    refused = await _refusal("postgresql://bot:secret@127.0.0.1:1/bot", clock)
    assert wrong.endswith("refuses the user or its password (28P01)")
    assert nobody.endswith("refuses the user or its password (28000)")
    assert absent.endswith("does not exist: create it first (3D000)")
    assert full.endswith("has no connection left: too many are open (53300)")
    assert "cannot be reached" in away
    assert refused.startswith("the PostgreSQL database bot at 127.0.0.1:1 cannot be reached")
    assert all("secret" not in told and "\n" not in told for told in (wrong, nobody, absent, full, away, refused))


async def test_an_address_that_the_driver_cannot_use_is_told_with_the_cause(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the password, even where that is what the driver repeats."""
    monkeypatch.setenv("HOME", str(tmp_path))
    unproven = await _refusal("postgresql://bot:a-pass-word@127.0.0.1:1/bot?sslmode=verify-full", clock)
    assert "root certificate file" in unproven
    assert "root.crt" in unproven
    misplaced = await _refusal("postgresql://bot:a-pass-word@h/bot?gsslib=a-pass-word", clock)
    assert misplaced.endswith("got '***'")
    assert all("a-pass-word" not in told and "\n" not in told for told in (unproven, misplaced))


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ("bogus=1", 'refuses a parameter: unrecognized configuration parameter "bogus" (42704)'),
        ("DateStyle=secret", 'refuses a parameter: invalid value for parameter "DateStyle": "***" (22023)'),
    ],
)
async def test_a_parameter_that_the_server_refuses_is_told_in_one_sentence(
    parameter: str, told: str, postgres: PostgresAddress, clock: Clock
) -> None:
    """No waiting helps against it."""
    address = parse_address(f"{postgres.url.replace('postgres:@', 'postgres:secret@')}&{parameter}")
    for way in (lambda: hold(address, on_wait=lambda: None), lambda: open_store(address, clock)):
        with pytest.raises(ParameterRefused) as caught:
            async with way():
                pass
        assert str(caught.value) == f"{postgres} {told}"


async def test_without_its_library_postgresql_is_refused_with_the_way_to_get_it(
    postgres: PostgresAddress, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an optional one."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for way in (lambda: hold(postgres, on_wait=lambda: None), lambda: open_store(postgres, clock)):
        with pytest.raises(DriverMissing, match=r"pip install 'fluxcord\[postgres\]'"):
            async with way():
                pass


def test_an_old_server_is_refused_with_both_versions() -> None:
    """Clearly, at the start."""
    require_server(13)
    with pytest.raises(ServerTooOld, match="PostgreSQL 12, but 13 or newer"):
        require_server(12)
