"""A copy of a database in use, by SQLite's online backup: whole, checked, and marked as what it is.

https://www.sqlite.org/backup.html
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.sqlite import translated

PAGES: Final = 256  # copied at once: one megabyte
BUSY_SECONDS: Final = 30.0
_MARK: Final = "user_version"  # in the file's header, so that it can be set whatever schema the file has


class BackupRefused(Exception):
    """There is no copy; `str()` is one sentence that says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A finished copy."""

    path: Path
    jobs: int
    size: int  # bytes


def back_up(database: Path, target: Path, *, on_pages: Callable[[int, int], None] | None = None) -> Backup:
    """Copy the database, which may be in use, to a new file. Blocking.

    One snapshot is read from beginning to end: in the write-ahead log's mode that stops nobody from writing, and what
    is written meanwhile is not in the copy. The copy takes its name only when it is checked and on the disk.

    Args:
        database: the file in use.
        target: the copy; must not exist, its folder must.
        on_pages: called after each step with the pages that are left and the pages of all.

    Raises:
        BackupRefused: there is nothing to copy, no place for it, or the copy is damaged.
    """
    if not database.is_file():
        raise BackupRefused(f"DATABASE_URL: there is no database at {database} yet.")
    if not target.parent.is_dir():
        raise BackupRefused(f"The folder {target.parent} does not exist. Make it, or choose another one.")
    if target.exists() or target.is_symlink():
        raise BackupRefused(f"{target} exists already. Choose a name that is not taken.")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    try:
        with _private(unfinished):
            jobs = _copied(database, unfinished, on_pages)
            _to_the_disk(unfinished)
            if target.exists():
                raise BackupRefused(f"{target} exists already. Choose a name that is not taken.")
            unfinished.rename(target)
            if os.name != "nt":  # Windows opens no directories, and its file systems journal their entries
                _to_the_disk(target.parent)
            return Backup(path=target, jobs=jobs, size=target.stat().st_size)
    except sqlite3.Error as error:
        raise BackupRefused(f"{database} could not be copied: {error}.") from error
    except OSError as error:
        raise BackupRefused(f"{target} could not be written: {error.strerror}.") from error


def taken_at(database: Path) -> int | None:
    """When the copy that this file is was made (UTC ms); None: it is no copy, or its restore is done. Blocking.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    if not database.is_file():
        return None
    with translated(database), contextlib.closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as connection:
        (seconds,) = connection.execute(f"PRAGMA {_MARK}").fetchone()
    return seconds * 1000 or None


def forget_taken_at(database: Path) -> None:
    """The file is no copy any more, but the database in use. Blocking.

    Raises:
        StoreUnavailable: it cannot be written.
    """
    with translated(database), contextlib.closing(sqlite3.connect(database, timeout=BUSY_SECONDS)) as connection:
        connection.execute(f"PRAGMA {_MARK} = 0")


def _copied(database: Path, unfinished: Path, on_pages: Callable[[int, int], None] | None) -> int:
    """Copy, mark and check; returns the number of jobs."""
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(contextlib.closing(_opened(database)))
        copy = stack.enter_context(contextlib.closing(_opened(unfinished)))
        # Without this snapshot every write of the bot's would let the copy begin again.
        source.execute("BEGIN")
        source.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        source.backup(copy, pages=PAGES, progress=(lambda _, left, total: on_pages(left, total)) if on_pages else None)
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no other beside it
        copy.execute(f"PRAGMA {_MARK} = {int(time.time())}")
        faults = [fault for (fault,) in copy.execute("PRAGMA integrity_check") if fault != "ok"]
        faults += [f"row {row} of {table}" for table, row, *_ in copy.execute("PRAGMA foreign_key_check")]
        if faults:
            raise BackupRefused(f"{database} is damaged ({faults[0]}): keep the file and your older copies.")
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
            raise BackupRefused(f"{database} holds no jobs: it is no database of this bot.")
        (jobs,) = copy.execute("SELECT COUNT(*) FROM jobs").fetchone()
    return int(jobs)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)


@contextlib.contextmanager
def _private(path: Path) -> Iterator[None]:
    """A new file that nobody else may read, removed at the end of the block unless it was renamed."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))  # it will hold prompts and tokens
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _to_the_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
