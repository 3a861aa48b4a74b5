import asyncio
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from jobs.ports import StoreUnavailable
from storage.lock import hold

HOLDER = """
import asyncio, sys
from pathlib import Path
from storage.lock import hold

async def main():
    async with hold(Path(sys.argv[1]), on_wait=lambda: None):
        print("held", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def _never() -> None:
    pytest.fail("nobody else holds it")


async def test_a_free_database_is_held_at_once_and_again(tmp_path: Path) -> None:
    """Letting go leaves it free."""
    for _ in range(2):
        async with hold(tmp_path / "data" / "bot.db", on_wait=_never):
            assert (tmp_path / "data" / "bot.db.lock").exists()


async def test_a_second_holder_stands_by_and_takes_over(tmp_path: Path) -> None:
    """It says so once, and waits."""
    path = tmp_path / "bot.db"
    waits: list[str] = []
    standing_by = asyncio.Event()
    took_over = asyncio.Event()

    def note() -> None:
        waits.append("waiting")
        standing_by.set()

    async def second() -> None:
        async with hold(path, on_wait=note, poll_seconds=0.001):
            took_over.set()

    async with hold(path, on_wait=_never):
        task = asyncio.create_task(second())
        await standing_by.wait()
        await asyncio.sleep(0.01)  # several looks, one call
        assert not took_over.is_set()
    await task
    assert took_over.is_set()
    assert waits == ["waiting"]


async def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    """A killed bot does not keep its successor out."""
    path = tmp_path / "bot.db"
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDER, str(path), stdout=PIPE)
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    killed: list[bool] = []

    def kill() -> None:
        holder.kill()
        killed.append(True)

    async with hold(path, on_wait=kill, poll_seconds=0.01):
        assert killed == [True]
    await holder.wait()


async def test_who_gives_up_waiting_leaves_the_lock_to_others(tmp_path: Path) -> None:
    """A cancelled wait holds nothing."""
    path = tmp_path / "bot.db"
    standing_by = asyncio.Event()

    async def wait() -> None:
        async with hold(path, on_wait=standing_by.set, poll_seconds=0.001):
            pytest.fail("it was never free")

    async with hold(path, on_wait=_never):
        task = asyncio.create_task(wait())
        await standing_by.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with hold(path, on_wait=_never):
        pass


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StoreUnavailable, match=r"bot\.db\.lock cannot be used"):
        async with hold(tmp_path / "data" / "bot.db", on_wait=_never):
            pass


async def test_what_goes_wrong_while_it_is_held_is_raised_as_it_is(tmp_path: Path) -> None:
    """And the lock is let go."""
    with pytest.raises(ConnectionRefusedError):
        async with hold(tmp_path / "bot.db", on_wait=_never):
            raise ConnectionRefusedError
    async with hold(tmp_path / "bot.db", on_wait=_never):
        pass
