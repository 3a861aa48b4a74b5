import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jobs.catalog import Provider
from jobs.model import Job, Order, Posted
from jobs.outcomes import Admitted
from jobs.ports import Clock, StoreUnavailable
from jobs.status import Status
from storage.errors import LibraryTooOld
from storage.sqlite import SqliteEngine, open_sqlite, require_library, statements
from storage.store import SqlStore, open_store
from tests.support import within

MakeOrder = Callable[..., Order]
JobIn = Callable[..., Awaitable[Job]]


@pytest.fixture
def address(tmp_path: Path) -> Path:
    """Gives an SQLite file: what is looked at here is this engine's own."""
    return tmp_path / "bot.db"


def _engine(store: SqlStore) -> SqliteEngine:
    assert isinstance(store._engine, SqliteEngine)
    return store._engine


async def _admitted(store: SqlStore, order: Order) -> Job:
    admission = await store.admit(order, provider=Provider.EACHLABS, estimated_cost=1, bounds=within(1_000))
    assert isinstance(admission, Admitted)
    return admission.job


async def _counts(store: SqlStore) -> tuple[int, int]:
    async with _engine(store).reading() as connection:
        rows = await connection.execute_fetchall(
            "SELECT (SELECT COUNT(*) FROM jobs), (SELECT COUNT(*) FROM ledger WHERE kind = 'reserve')"
        )
    (jobs, reservations), *_ = rows
    return jobs, reservations


async def _pragma(store: SqlStore, connection: str, text: str) -> object:
    rows = await getattr(_engine(store), connection).execute_fetchall(f"PRAGMA {text}")
    return next((row[0] for row in rows), None)


async def test_what_is_committed_is_on_the_disk(store: SqlStore) -> None:
    """The settings that durability rests on."""
    assert await _pragma(store, "_writer", "journal_mode") == "wal"
    assert await _pragma(store, "_writer", "synchronous") == 2
    assert await _pragma(store, "_writer", "foreign_keys") == 1
    assert await _pragma(store, "_writer", "busy_timeout") == 5_000
    assert await _pragma(store, "_reader", "query_only") == 1


async def test_a_lock_held_by_another_program_is_told_and_passes(
    store: SqlStore, make_order: MakeOrder, tmp_path: Path
) -> None:
    """Reads go on, and writes do when it has gone."""
    await _pragma(store, "_writer", "busy_timeout = 1")
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match=r"bot\.db is locked by another program \(SQLITE_BUSY\)"):
        await _admitted(store, make_order())
    assert await _counts(store) == (0, 0)  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    await _admitted(store, make_order())


async def test_a_transaction_keeps_other_writers_out_from_its_beginning(store: SqlStore, tmp_path: Path) -> None:
    """What it reads first is still true when it writes."""
    other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None, timeout=0)
    async with _engine(store).transaction():
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


async def test_a_full_disk_leaves_nothing_half_written(store: SqlStore, make_order: MakeOrder) -> None:
    """And the store works again once there is room."""
    await _pragma(store, "_writer", f"max_page_count = {await _pragma(store, '_writer', 'page_count')}")
    admitted: list[Job] = []

    async def fill() -> None:
        while True:
            admitted.append(await _admitted(store, make_order()))

    with pytest.raises(StoreUnavailable, match="the disk is full"):
        await fill()
    assert await _counts(store) == (len(admitted), len(admitted))
    await _pragma(store, "_writer", "max_page_count = 1000000")
    await _admitted(store, make_order())


async def test_a_read_only_database_is_told(store: SqlStore, job_in: JobIn) -> None:
    """The job stays as it was."""
    job = await job_in(Status.CANCELLING)
    await _pragma(store, "_writer", "query_only = ON")
    with pytest.raises(StoreUnavailable, match="is read-only"):
        await store.mark_cancelled(job.id)
    assert await store.get(job.id) == job


async def test_a_fault_of_ours_is_not_disguised(store: SqlStore, job_in: JobIn) -> None:
    """A broken constraint is no trouble with the disk."""
    job = await job_in(Status.DELIVERING)
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        await store.mark_delivered(job.id, posted=Posted(channel_id=1, message_id=None))  # type: ignore[arg-type]
    assert await store.get(job.id) == job


async def test_a_file_that_is_no_database_is_told(tmp_path: Path, clock: Clock) -> None:
    """A mistyped path must not look like a bug."""
    path = tmp_path / "bot.db"
    path.write_bytes(b"a letter to my aunt, long enough to be a page" * 100)
    with pytest.raises(StoreUnavailable, match="is no SQLite database"):
        async with open_store(path, clock):
            pass


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, clock: Clock) -> None:
    """In one sentence."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        async with open_store(tmp_path / "data" / "bot.db", clock):
            pass


async def test_a_database_is_made_with_its_folder(tmp_path: Path) -> None:
    """The first start needs no preparation."""
    async with open_sqlite(tmp_path / "data" / "deep" / "bot.db"):
        assert (tmp_path / "data" / "deep" / "bot.db").exists()


async def test_what_goes_wrong_elsewhere_is_no_fault_of_the_database(tmp_path: Path, clock: Clock) -> None:
    """The whole program runs within the block."""
    with pytest.raises(ConnectionRefusedError):
        async with open_store(tmp_path / "bot.db", clock):
            raise ConnectionRefusedError


def test_an_sqlite_without_returning_is_refused_with_both_versions() -> None:
    """Clearly, at the start."""
    require_library((3, 35, 0))
    with pytest.raises(LibraryTooOld, match=r"SQLite 3\.34\.1, but 3\.35\.0 or newer"):
        require_library((3, 34, 1))


def test_a_trigger_with_its_body_is_one_statement() -> None:
    """Semicolons in comments and bodies end nothing."""
    first = "-- not; yet\nCREATE TABLE a (b);\n"
    trigger = "CREATE TRIGGER t BEFORE DELETE ON a\nBEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n"
    assert list(statements(first + trigger)) == [first, trigger]
