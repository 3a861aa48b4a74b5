"""The store: its parts put together over an open database."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import assert_never

from jobs.ports import Clock
from storage.address import DatabaseAddress, PostgresAddress
from storage.admission import Admissions
from storage.claims import Claims
from storage.costs import Costs
from storage.departures import Departures
from storage.doubts import Doubts
from storage.driver import require_asyncpg
from storage.engine import Engine
from storage.history import History
from storage.housekeeping import Housekeeping
from storage.library import Libraries
from storage.migrate import migrate
from storage.operator import Operator
from storage.people import People
from storage.posts import Posts
from storage.presets import Presets
from storage.privacy import Privacy
from storage.queue import Queue
from storage.reads import Reads
from storage.reports import Reports
from storage.servers import Servers
from storage.sqlite import open_sqlite
from storage.stats import Stats
from storage.transitions import Transitions


class SqlStore(
    Admissions,
    Claims,
    Transitions,
    Reads,
    Posts,
    History,
    Doubts,
    Housekeeping,
    Presets,
    Reports,
    Queue,
    Libraries,
    Servers,
    Privacy,
    Departures,
    Operator,
    Costs,
    People,
    Stats,
):
    """Implements `jobs.ports.Store` on any engine.

    A cancelled write is finished first, then the cancellation goes on: no status is lost because the bot stops.
    """


@asynccontextmanager
async def open_store(address: DatabaseAddress, clock: Clock) -> AsyncIterator[SqlStore]:
    """The store in the database at the address, migrated to this program's schema; an SQLite file is made.

    Raises:
        UnusableDatabase: a newer program has migrated it, or the library or the server is missing or too old.
        StoreUnavailable: the database cannot be opened or written.
    """
    async with _open_engine(address) as engine:
        await migrate(engine, clock)
        yield SqlStore(engine, clock)


def _open_engine(address: DatabaseAddress) -> AbstractAsyncContextManager[Engine]:
    match address:
        case Path():
            return open_sqlite(address)
        case PostgresAddress():
            require_asyncpg()
            from storage.postgres import open_postgres  # noqa: PLC0415 - asyncpg is an optional library

            return open_postgres(address)
        case _:
            assert_never(address)
