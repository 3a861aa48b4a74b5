"""The store: its parts put together over an open database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from jobs.ports import Clock
from storage.admission import Admissions
from storage.claims import Claims
from storage.migrate import migrate
from storage.reads import Reads
from storage.sqlite import open_sqlite
from storage.transitions import Transitions


class SqlStore(Admissions, Claims, Transitions, Reads):
    """Implements `jobs.ports.Store` on any engine.

    A cancelled write is finished first, then the cancellation goes on: no status is lost because the bot stops.
    """


@asynccontextmanager
async def open_store(path: Path, clock: Clock) -> AsyncIterator[SqlStore]:
    """The store in the SQLite file at `path`, made where there is none and migrated to this program's schema.

    Raises:
        UnusableDatabase: a newer program has migrated it, or this Python's SQLite is too old.
        StoreUnavailable: the file cannot be opened or written.
    """
    async with open_sqlite(path) as engine:
        await migrate(engine, clock)
        yield SqlStore(engine, clock)
