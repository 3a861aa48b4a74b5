"""One active process for each database: a file lock beside it that ends with the process that holds it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from jobs.ports import StoreUnavailable

POLL_SECONDS: Final = 0.5


@asynccontextmanager
async def hold(path: Path, *, on_wait: Callable[[], None], poll_seconds: float = POLL_SECONDS) -> AsyncIterator[None]:
    """Be the one active process of the database at `path`, standing by for as long as another is.

    Args:
        path: the database; the lock is the file with `.lock` appended.
        on_wait: called once when another process is active.
        poll_seconds: how often to look whether it has gone.

    Raises:
        StoreUnavailable: the lock's file cannot be made.
    """
    lock = FileLock(f"{path}.lock", thread_local=False)
    waiting = False
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        while not _acquired(lock):
            if not waiting:
                on_wait()
                waiting = True
            await asyncio.sleep(poll_seconds)
    except OSError as error:
        raise StoreUnavailable(f"{path}.lock cannot be used: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def _acquired(lock: FileLock) -> bool:
    # On the loop's own thread: one attempt takes microseconds, and a cancelled wait for a thread could leave the lock
    # taken by nobody who knows of it.
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True
