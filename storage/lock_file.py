"""The lock beside an SQLite file: the system's own file lock, which ends with its process."""

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from filelock import FileLock, Timeout

from jobs.ports import StoreUnavailable
from storage.held import Held

_log = structlog.get_logger(__name__)
NO_LOCKS: Final = frozenset({errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK})
LOOK_SECONDS: Final = 1.0  # how often to see that the file is still the one that is locked


@asynccontextmanager
async def hold_file(
    path: Path, *, on_wait: Callable[[], None], poll_seconds: float, look_seconds: float = LOOK_SECONDS
) -> AsyncIterator[Held]:
    """Hold the file with `.lock` appended; see `storage.lock.hold`.

    Raises:
        StoreUnavailable: the lock's file cannot be made, or its file system has no locks that end with their process.
    """
    place = Path(f"{path}.lock")
    # Without the fallback: a lock that is a mere file would outlive its process.
    lock = FileLock(place, thread_local=False, fallback_to_soft=False)
    waiting = False
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        while not _acquired(lock):
            if not waiting:
                on_wait()
                waiting = True
            await asyncio.sleep(poll_seconds)
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise StoreUnavailable(f"{place} cannot be locked: its file system has no locks, choose another") from error
        raise StoreUnavailable(f"{place} cannot be used: {error.strerror}") from error
    held = Held()
    identity = await asyncio.to_thread(_identity, place)
    watching = asyncio.create_task(_watch(place, identity, held, look_seconds))
    try:
        yield held
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
        lock.release()


def _acquired(lock: FileLock) -> bool:
    # On the loop's own thread: one attempt takes microseconds, and a cancelled wait for a thread could leave the lock
    # taken by nobody who knows of it.
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


async def _watch(place: Path, identity: tuple[int, int] | None, held: Held, look_seconds: float) -> None:
    """A file that was removed or replaced is locked for nobody else: another process would lock the new one."""
    try:
        while True:
            if identity is None or await asyncio.to_thread(_identity, place) != identity:
                held.lose(f"{place} was removed or replaced")
                return
            await asyncio.sleep(look_seconds)
    except Exception as error:  # noqa: BLE001 - whatever it is: not to know is to have lost it
        _log.exception("the watch over the lock has failed")
        held.lose(f"{place} could not be looked at ({type(error).__name__})")


def _identity(place: Path) -> tuple[int, int] | None:
    try:
        status = place.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
