"""A copy of a database in use is whole, checked, private, and known as a copy."""

import asyncio
import sqlite3
import stat
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest

from jobs.model import Job
from jobs.ports import Clock
from storage import backup
from storage.backup import BackupRefused, back_up, forget_taken_at, taken_at
from storage.store import SqlStore, open_store

Admit = Callable[..., Awaitable[Job]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def store(path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    """A store on SQLite, which alone has copies of this kind."""
    async with open_store(path, clock) as opened:
        yield opened


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "copies" / "bot.db"


@pytest.fixture(autouse=True)
def _folder(target: Path) -> None:
    target.parent.mkdir()


def _size(path: Path) -> int:
    return path.stat().st_size


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


async def test_a_copy_made_while_the_bot_writes_is_one_moment_of_it(
    store: SqlStore, admit: Admit, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each page that is copied is followed by another job, and no write waits for the copy."""
    monkeypatch.setattr(backup, "PAGES", 1)
    for _ in range(20):
        await admit()
    loop, steps = asyncio.get_running_loop(), 0

    async def admitted() -> None:
        await admit()

    def write(_left: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        asyncio.run_coroutine_threadsafe(admitted(), loop).result(timeout=5)

    made = await asyncio.to_thread(back_up, path, target, on_pages=write)
    assert steps > 10
    assert (made.jobs, made.size) == (20, _size(target))
    assert _rows(target, "SELECT COUNT(*) FROM jobs") == [(20,)]
    assert _rows(target, "SELECT COUNT(*), SUM(images) FROM ledger") == [(20, 20)]
    assert len(await store.unfinished()) == 20 + steps


async def test_a_copy_is_one_private_file_with_nothing_beside_it(
    store: SqlStore, admit: Admit, path: Path, target: Path
) -> None:
    await admit()
    await asyncio.to_thread(back_up, path, target)
    assert store.trouble is None
    assert [entry.name for entry in target.parent.iterdir()] == ["bot.db"]
    assert _mode(target) == 0o600
    assert _rows(target, "PRAGMA journal_mode") == [("delete",)]


async def test_a_copy_says_when_it_was_made_until_its_restore_is_done(
    store: SqlStore, admit: Admit, path: Path, target: Path, clock: Clock
) -> None:
    await admit()
    await asyncio.to_thread(back_up, path, target)
    assert taken_at(path) is None
    assert store.trouble is None
    made = taken_at(target)
    assert made is not None
    assert made > 1_700_000_000_000
    async with open_store(target, clock):
        pass  # a start alone does not change it
    assert taken_at(target) == made
    forget_taken_at(target)
    assert taken_at(target) is None


def test_a_database_that_is_not_there_is_no_copy(path: Path) -> None:
    assert taken_at(path) is None
    assert not path.exists()


@pytest.mark.usefixtures("store")
def test_an_existing_file_is_never_overwritten(path: Path, target: Path) -> None:
    target.write_bytes(b"precious")
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(path, target)
    assert target.read_bytes() == b"precious"
    assert len(list(target.parent.iterdir())) == 1


@pytest.mark.usefixtures("store")
def test_a_file_that_appears_meanwhile_is_not_overwritten_either(path: Path, target: Path) -> None:
    def appear(_left: int, _total: int) -> None:
        target.write_bytes(b"precious")

    with pytest.raises(BackupRefused, match="exists already"):
        back_up(path, target, on_pages=appear)
    assert target.read_bytes() == b"precious"
    assert len(list(target.parent.iterdir())) == 1


@pytest.mark.usefixtures("store")
def test_a_missing_folder_is_named(path: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match=r"The folder .*nowhere does not exist"):
        back_up(path, tmp_path / "nowhere" / "bot.db")


def test_a_missing_database_is_named(path: Path, target: Path) -> None:
    with pytest.raises(BackupRefused, match="there is no database at"):
        back_up(path, target)
    assert not path.exists()


def test_a_file_that_is_no_database_leaves_nothing_behind(path: Path, target: Path) -> None:
    path.write_bytes(b"holiday pictures" * 1000)
    with pytest.raises(BackupRefused, match="could not be copied"):
        back_up(path, target)
    assert list(target.parent.iterdir()) == []


def test_somebody_elses_database_is_refused(path: Path, target: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(BackupRefused, match="is no database of this bot"):
        back_up(path, target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.usefixtures("store")
def test_a_damaged_database_is_not_taken_for_a_backup(path: Path, target: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as careless:
        careless.execute("INSERT INTO attempts VALUES ('nobody', 1, 'key', 1)")
    with pytest.raises(BackupRefused, match="is damaged"):
        back_up(path, target)
    assert list(target.parent.iterdir()) == []
