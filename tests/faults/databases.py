"""The bot's database as another program sees it, on either engine."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import asyncpg

from tests.e2e.support import sql
from tests.postgres import FOLDER_VARIABLE, Server, prepare, stop

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
ENGINES: Final = (SQLITE, POSTGRESQL)


class Database(Protocol):
    """A database of one case."""

    @property
    def url(self) -> str:
        """What `DATABASE_URL` is set to."""
        ...

    @property
    def listing(self) -> str:
        """The statement that names its tables."""
        ...

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """Run one statement, committed at once; what it returns."""
        ...


class SqliteDatabase:
    """A file."""

    listing = "SELECT name FROM sqlite_master WHERE type = 'table'"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = f"sqlite:///{path}"

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """See `Database`."""
        return await sql(self._path, statement)


class PostgresDatabase:
    """A database on the tests' server; one connection serves everybody who asks."""

    listing = "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"

    def __init__(self, url: str, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self.url = url

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """See `Database`."""
        async with self._turn:
            return [dict(row) for row in await self._connection.fetch(statement)]


@asynccontextmanager
async def open_database(engine: str, folder: Path) -> AsyncIterator[Database]:
    """A new database for one case; the bot has still to make its tables."""
    if engine == SQLITE:
        yield SqliteDatabase(folder / "bot.db")
        return
    async with Server(Path(os.environ[FOLDER_VARIABLE])).database(template=False) as address:
        connection = await asyncpg.connect(address.url)
        try:
            yield PostgresDatabase(address.url, connection)
        finally:
            await connection.close()


@contextmanager
def server(engines: Sequence[str]) -> Iterator[None]:
    """A PostgreSQL server for as long as cases run, if one of the engines needs it."""
    if POSTGRESQL not in engines:
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="fluxcord-pg-"))
    pipe = prepare(folder)
    try:
        os.environ[FOLDER_VARIABLE] = str(folder)  # the lanes inherit it
        Server(folder).ensure_started()
        yield
    finally:
        stop(folder, pipe)
