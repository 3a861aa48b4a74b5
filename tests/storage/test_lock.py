import asyncio
import errno
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
import pytest
from structlog.testing import capture_logs

from jobs.ports import StoreUnavailable
from storage.address import DatabaseAddress, PostgresAddress, parse_address
from storage.lock import hold
from storage.lock_file import hold_file
from tests.postgres import Server, own_server
from tests.storage.support import url_of

HOLDER = """
import asyncio, sys
from storage.address import parse_address
from storage.lock import hold

async def main():
    async with hold(parse_address(sys.argv[1]), on_wait=lambda: None):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def _never() -> None:
    pytest.fail("nobody else holds it")


async def test_a_free_database_is_held_at_once_and_again(address: DatabaseAddress) -> None:
    """Letting go leaves it free."""
    for _ in range(2):
        async with hold(address, on_wait=_never) as held:
            assert held.reason is None


async def test_a_second_holder_stands_by_and_takes_over(address: DatabaseAddress) -> None:
    """It says so once, and waits."""
    waits: list[str] = []
    standing_by = asyncio.Event()
    took_over = asyncio.Event()

    def note() -> None:
        waits.append("waiting")
        standing_by.set()

    async def second() -> None:
        async with hold(address, on_wait=note, poll_seconds=0.001):
            took_over.set()

    async with hold(address, on_wait=_never):
        task = asyncio.create_task(second())
        await standing_by.wait()
        await asyncio.sleep(0.01)  # several looks, one call
        assert not took_over.is_set()
    await task
    assert took_over.is_set()
    assert waits == ["waiting"]


async def test_the_lock_dies_with_its_process(address: DatabaseAddress) -> None:
    """A killed bot does not keep its successor out."""
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, url_of(address), stdout=PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    killed: list[bool] = []

    def kill() -> None:
        holder.kill()
        killed.append(True)

    async with hold(address, on_wait=kill, poll_seconds=0.01):
        assert killed == [True]
    await holder.wait()


async def test_who_gives_up_waiting_leaves_the_lock_to_others(address: DatabaseAddress) -> None:
    """A cancelled wait holds nothing."""
    standing_by = asyncio.Event()

    async def wait() -> None:
        async with hold(address, on_wait=standing_by.set, poll_seconds=0.001):
            pytest.fail("it was never free")

    async with hold(address, on_wait=_never):
        task = asyncio.create_task(wait())
        await standing_by.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with hold(address, on_wait=_never):
        pass


async def test_what_goes_wrong_while_it_is_held_is_raised_as_it_is(address: DatabaseAddress) -> None:
    """And the lock is let go."""
    with pytest.raises(ConnectionRefusedError):
        async with hold(address, on_wait=_never):
            raise ConnectionRefusedError
    async with hold(address, on_wait=_never):
        pass


async def test_a_folder_is_made_for_the_lock(tmp_path: Path) -> None:
    """It comes before the database."""
    async with hold(tmp_path / "data" / "bot.db", on_wait=_never):
        assert (tmp_path / "data" / "bot.db.lock").exists()


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnavailable, match=r"bot\.db\.lock cannot be used"):
        async with hold(tmp_path / "data" / "bot.db", on_wait=_never):
            pass


@pytest.mark.skipif(sys.platform == "win32", reason="its file systems all have locks")
async def test_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mere file as a lock would outlive its process, and keep the next start out."""

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(StoreUnavailable, match="its file system has no locks"):
        async with hold(tmp_path / "bot.db", on_wait=_never):
            pass


@pytest.mark.parametrize("replaced", [True, False])
async def test_a_lock_whose_file_goes_is_lost(tmp_path: Path, replaced: bool) -> None:
    """The file is what keeps others out."""
    place = tmp_path / "bot.db.lock"
    async with hold(tmp_path / "bot.db", on_wait=_never) as held:
        place.unlink()
        if replaced:
            place.touch()
        assert await asyncio.wait_for(held.lost(), 30) == f"{place} was removed or replaced"
        assert held.reason is not None
        async with hold(tmp_path / "bot.db", on_wait=_never) as other:
            assert other.reason is None


async def test_a_watch_that_fails_has_lost_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it fails of: not to know is to have lost it."""

    def fail(_place: Path) -> None:
        raise LookupError("a fault of ours")

    with capture_logs() as log:
        async with hold_file(tmp_path / "bot.db", on_wait=_never, poll_seconds=0.01, look_seconds=0.01) as held:
            monkeypatch.setattr("storage.lock_file._identity", fail)
            assert "could not be looked at (LookupError)" in await asyncio.wait_for(held.lost(), 30)
    assert [entry["event"] for entry in log] == ["the watch over the lock has failed"]


async def test_a_watch_over_a_session_that_fails_has_lost_the_lock(
    postgres: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same there."""

    def fail(_address: PostgresAddress) -> None:
        raise LookupError("a fault of ours")

    monkeypatch.setattr("storage.lock_session.LOOK_SECONDS", 0.05)
    with capture_logs() as log:
        async with hold(postgres, on_wait=_never) as held:
            monkeypatch.setattr("storage.lock_session.translated", fail)
            assert "could not be asked for the lock (LookupError)" in await asyncio.wait_for(held.lost(), 30)
    assert [entry["event"] for entry in log] == ["the watch over the lock has failed"]


async def _end_the_locks_session(address: PostgresAddress) -> None:
    """As an administrator would, or a restart of the server."""
    connection = await asyncpg.connect(address.url)
    ended = await connection.fetchval(
        "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    await connection.close()
    assert ended == 1


async def test_a_lock_whose_connection_goes_is_lost_at_once(postgres: PostgresAddress) -> None:
    """Another process may hold it a moment later."""
    async with hold(postgres, on_wait=_never) as held:
        await _end_the_locks_session(postgres)
        assert "closed the connection that held the lock" in await asyncio.wait_for(held.lost(), 1)
        async with hold(postgres, on_wait=_never) as other:
            assert other.reason is None


async def test_databases_on_one_server_have_locks_of_their_own(postgres_server: Server) -> None:
    """Two bots share a server."""
    async with (
        postgres_server.database() as one,
        postgres_server.database() as other,
        hold(one, on_wait=_never),
        hold(other, on_wait=_never),
    ):
        pass


async def test_who_stands_by_outlives_the_server() -> None:
    """It connects again by itself, and says once why it cannot."""
    with own_server() as server, capture_logs() as log:
        address = parse_address(server.url("postgres"))
        standing_by = asyncio.Event()
        took_over = asyncio.Event()

        async def second() -> None:
            async with hold(address, on_wait=standing_by.set, poll_seconds=0.01):
                took_over.set()

        async with hold(address, on_wait=_never) as held:
            task = asyncio.create_task(second())
            await standing_by.wait()
            await asyncio.to_thread(server.halt, "immediate")
            await asyncio.wait_for(held.lost(), 30)
            await asyncio.sleep(1.5)  # two tries in vain
            assert not took_over.is_set()
            await asyncio.to_thread(server.start)
            await asyncio.wait_for(task, 30)
    assert took_over.is_set()
    assert [entry["event"] for entry in log].count("the lock's server cannot be reached; trying again") <= 2


async def test_a_server_that_is_not_there_is_told_at_the_start(tmp_path: Path) -> None:
    """A wrong address is no reason to wait."""
    address = parse_address(f"postgresql://postgres@/bot?host={tmp_path}")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        async with hold(address, on_wait=_never):
            pass


async def test_who_was_active_before_waits_for_the_server(tmp_path: Path) -> None:
    """Its address was right."""
    address = parse_address(f"postgresql://postgres@/bot?host={tmp_path}")

    async def wait() -> None:
        async with hold(address, on_wait=_never, patient=True):
            pytest.fail("there is no server")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(wait(), 1.2)
