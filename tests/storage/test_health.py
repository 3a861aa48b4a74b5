"""Trouble of the database is noted at once, told once, and over when a probe has succeeded."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from jobs.model import Job
from jobs.ports import Clock, StoreUnavailable
from storage import health, housekeeping, sqlite
from storage.health import DatabaseHealth
from storage.store import SqlStore, open_store

Admit = Callable[..., Awaitable[Job]]
Trouble = Callable[[bool], Awaitable[None]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MS", 20)
    monkeypatch.setattr(housekeeping, "PROBE_PAUSE", 0.01)


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    """A store on SQLite, whose file everybody can do something to."""
    async with open_store(tmp_path / "bot.db", clock) as opened:
        yield opened


async def _pragma(store: SqlStore, text: str) -> Any:
    engine: Any = store._engine
    rows = await engine._writer.execute_fetchall(f"PRAGMA {text}")
    return next((row[0] for row in rows), None)


@pytest.fixture(params=["locked", "read-only", "full"])
async def trouble(request: pytest.FixtureRequest, store: SqlStore, tmp_path: Path) -> AsyncIterator[Trouble]:
    """Turns one kind of trouble on and off."""
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None, check_same_thread=False)) as other:

        async def turn(on: bool) -> None:
            match request.param:
                case "locked":
                    other.execute("BEGIN EXCLUSIVE" if on else "ROLLBACK")
                case "read-only":
                    await _pragma(store, f"query_only = {int(on)}")
                case "full":
                    pages = await _pragma(store, "page_count")
                    await _pragma(store, f"max_page_count = {pages if on else 1_000_000}")
                case unknown:
                    raise ValueError(unknown)

        yield turn


async def _until_it_fails(admit: Admit) -> None:
    while True:
        await admit()


def _told(store: SqlStore) -> str | None:
    return store.trouble


async def _seen(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_trouble_shows_until_a_probe_has_succeeded_and_is_told_once(
    store: SqlStore, admit: Admit, trouble: Trouble, tmp_path: Path
) -> None:
    await admit()
    assert _told(store) is None
    watching = asyncio.create_task(store.look_after_trouble())
    with capture_logs() as log:
        await trouble(True)
        for _ in range(3):
            with pytest.raises(StoreUnavailable):
                await _until_it_fails(admit)
        assert str(tmp_path / "bot.db") in str(_told(store))
        failures = store._engine.health._failures
        await _seen(lambda: store._engine.health._failures > failures + 2)  # what is over is looked for in vain
        assert _told(store) is not None
        before = len(await store.unfinished())
        await trouble(False)
        await _seen(lambda: _told(store) is None)
        await admit()
    assert [entry["event"] for entry in log] == [
        "the database cannot be used; jobs wait and go on by themselves",
        "the database can be used again",
    ]
    assert len(await store.unfinished()) == before + 1
    watching.cancel()
    async with store._engine.reading() as connection:
        assert [row[0] for row in await connection.execute_fetchall("SELECT COUNT(*) FROM probes")] == [0]


async def test_without_trouble_nothing_is_probed(store: SqlStore, tmp_path: Path, admit: Admit) -> None:
    await admit()
    watching = asyncio.create_task(store.look_after_trouble())
    changed = (tmp_path / "bot.db-wal").stat().st_mtime_ns
    await asyncio.sleep(0.05)
    assert (tmp_path / "bot.db-wal").stat().st_mtime_ns == changed
    watching.cancel()


async def test_nobody_waits_behind_a_row_of_writes_that_each_wait_for_a_lock(
    store: SqlStore, admit: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member learns that the database has trouble, and not in five minutes."""
    monkeypatch.setattr(sqlite, "TURN_SECONDS", 0.01)
    async with store._engine.transaction():
        with pytest.raises(StoreUnavailable, match="is busy"):
            await admit()
    assert store.trouble is not None
    await admit()


async def test_writes_wait_for_the_rewrite_of_the_file_however_long_it_takes(
    store: SqlStore, admit: Admit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is made once a day, and a large file is no reason to refuse orders meanwhile."""
    monkeypatch.setattr(sqlite, "TURN_SECONDS", 0.01)
    writer = store._engine._writer  # type: ignore[attr-defined]
    run, begun, end = writer.execute_fetchall, asyncio.Event(), asyncio.Event()

    async def slowly(sql: str, *values: object) -> object:
        if sql == "VACUUM":
            begun.set()
            await end.wait()
        return await run(sql, *values)

    monkeypatch.setattr(writer, "execute_fetchall", slowly)
    compacting = asyncio.create_task(store.compact())
    await begun.wait()
    ordering = asyncio.ensure_future(admit())
    assert not (await asyncio.wait({ordering}, timeout=0.1))[0]
    end.set()
    await ordering
    await compacting
    assert store.trouble is None


def _fail(state: DatabaseHealth, cause: str) -> None:
    with pytest.raises(StoreUnavailable), state.watched():
        raise StoreUnavailable(cause)


def test_trouble_that_comes_and_goes_is_one_spell_for_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    state = DatabaseHealth()
    with capture_logs() as log:
        for _ in range(20):
            _fail(state, "full")
            state.recovered()
    assert len(log) == 2
    monkeypatch.setattr(health, "_SAME_SPELL", 0.0)
    with capture_logs() as log:
        _fail(state, "full")
        _fail(state, "locked")
        assert state.trouble == "locked"  # /readyz tells what is wrong now
        state.recovered()
    assert [entry.get("failures") for entry in log] == [None, 2]


def test_trouble_that_goes_on_is_told_again_after_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    state = DatabaseHealth()
    with capture_logs() as log:
        _fail(state, "full")
        _fail(state, "full")
        monkeypatch.setattr(health, "_REMIND", 0.0)
        _fail(state, "full")
    assert len(log) == 2


def test_what_is_no_trouble_of_the_database_is_not_noted() -> None:
    state = DatabaseHealth()
    with pytest.raises(LookupError), state.watched():
        raise LookupError
    assert state.trouble is None
