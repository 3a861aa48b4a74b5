"""SQLite through aiosqlite: one connection that writes, one that reads, and SQLite's errors told apart."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite

from jobs.ports import StoreUnavailable
from storage.engine import Adapter, Body, T, load_queries
from storage.errors import Duplicate, LibraryTooOld
from storage.health import DatabaseHealth, watched
from storage.sqlite_thread import Connection, connected

OLDEST: Final = (3, 35, 0)  # RETURNING: https://www.sqlite.org/lang_returning.html
BUSY_MS: Final = 5_000  # how long a statement waits for another process's lock
TURN_SECONDS: Final = 10.0  # how long a transaction waits for those before it

# https://www.sqlite.org/rescode.html; what is not here is a fault of ours and is raised as it came.
TROUBLE: Final[Mapping[int, str]] = {
    sqlite3.SQLITE_PERM: "may not be used by this user",
    sqlite3.SQLITE_BUSY: "is locked by another program",
    sqlite3.SQLITE_LOCKED: "is locked by another connection",
    sqlite3.SQLITE_NOMEM: "cannot be used: no memory is left",
    sqlite3.SQLITE_READONLY: "is read-only, or its folder is",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_FULL: "cannot grow: the disk is full",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_PROTOCOL: "is locked by another program",
    sqlite3.SQLITE_NOTADB: "is no SQLite database",
}
DUPLICATE: Final = frozenset({sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
PRIMARY_CODE: Final = 0xFF  # the lowest byte of an extended result code


class SqliteAdapter(Adapter):
    """aiosqlite for aiosql, with one visit to the connection's thread for each statement instead of three.

    The rows are fetched and the cursor is closed before the loop goes on, so that a cancelled task leaves no statement
    open that would keep a transaction from ending. What it saves is in docs/decisions/0002-sql.md.
    """

    def process_sql(self, _name: str, _operation: object, sql: str) -> str:
        """SQLite takes `:name` as it stands."""
        return sql

    async def rows(
        self, connection: aiosqlite.Connection, sql: str, values: Mapping[str, Any]
    ) -> Sequence[sqlite3.Row]:
        """Execute, fetch and close in one visit."""
        return list(await connection.execute_fetchall(sql, values))


class SqliteEngine:
    """The engine of one SQLite file."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, writer: Connection, reader: Connection) -> None:
        self.sql = load_queries(SqliteAdapter)
        self._path = path
        self._writer = writer
        self._reader = reader
        self.health = DatabaseHealth()
        self._turn = asyncio.Lock()
        self._settled = asyncio.Event()  # not being compacted
        self._settled.set()

    async def transact(self, body: Body[T]) -> T:
        """One at a time, and all of it in one visit to the connection's thread."""
        with self.health.watched(), translated(self._path):
            async with self._in_turn():
                return await self._writer.transact(body)

    async def read(self, body: Body[T]) -> T:
        """WAL lets it read while another connection writes."""
        with self.health.watched(), translated(self._path):
            return await self._reader.run(body)

    @watched
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        """One at a time; IMMEDIATE, so that it never has to give up half-way for another process's write."""
        with translated(self._path):
            async with self._in_turn():
                try:
                    await self._writer.execute_fetchall("BEGIN IMMEDIATE")
                    yield self._writer
                    await self._writer.execute_fetchall("COMMIT")
                except BaseException:
                    # The thread works its queue off in order: even when a second cancellation cuts this wait short,
                    # the rollback runs before the next BEGIN. Outside a transaction it does nothing.
                    await self._writer.rollback()
                    raise

    @watched
    @asynccontextmanager
    async def reading(self) -> AsyncIterator[aiosqlite.Connection]:
        """WAL lets it read while another connection writes."""
        with translated(self._path):
            yield self._reader

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """Behind many that each wait for a lock, somebody would wait for minutes and not learn why.

        The rewrite of a large file is no such case: it is known, and ends.
        """
        await self._settled.wait()
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turn.acquire()
        except TimeoutError:
            raise StoreUnavailable(f"{self._path} is busy: earlier writes are still waiting") from None
        try:
            yield
        finally:
            self._turn.release()

    async def run_script(self, connection: aiosqlite.Connection, script: str) -> None:
        """Statement by statement: `executescript` would commit the transaction first."""
        for statement in statements(script):
            await connection.execute_fetchall(statement)

    async def compact(self) -> None:
        """Rewrite the file from what is alive, and empty the log: nothing that was removed can be found in them then.

        `secure_delete` would not do: pages that were rebuilt keep copies of rows that moved. Writes wait meanwhile,
        about a second for a file of 200 MB (and as much room on the disk is needed), but none is refused for it.
        """
        self._settled.clear()  # whoever waits for a turn already has one before this
        try:
            with translated(self._path):
                async with self._turn:
                    await self._writer.execute_fetchall("VACUUM")
                    (busy, *_), *_ = await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._settled.set()
        if busy:
            raise StoreUnavailable(f"{self._path} is read by another program")


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[SqliteEngine]:
    """The engine of the file at `path`, made with its folder where there is none.

    Raises:
        LibraryTooOld: this Python's SQLite is older than 3.35.
        StoreUnavailable: the file cannot be opened, or cannot keep a write-ahead log.
    """
    require_library(sqlite3.sqlite_version_info)
    try:
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be made: {error.strerror}") from error
    async with AsyncExitStack() as stack:
        with translated(path):
            writer = await stack.enter_async_context(connected(path))
            await _set_up(writer, "synchronous = FULL", "foreign_keys = ON")
            mode = await writer.execute_fetchall("PRAGMA journal_mode = WAL")
            if [tuple(row) for row in mode] != [("wal",)]:
                raise StoreUnavailable(f"{path} is on a file system that cannot keep a write-ahead log")
            reader = await stack.enter_async_context(connected(path))
            await _set_up(reader, "query_only = ON")
        yield SqliteEngine(path, writer=writer, reader=reader)


def require_library(version: tuple[int, ...]) -> None:
    """Refuse an SQLite library that does not know the statements.

    Raises:
        LibraryTooOld: it is older than 3.35.
    """
    if version < OLDEST:
        have, need = (".".join(map(str, parts)) for parts in (version, OLDEST))
        raise LibraryTooOld(f"this Python comes with SQLite {have}, but {need} or newer is needed")


def statements(script: str) -> Iterator[str]:
    """The script's statements, a trigger with its body being one; each has to end its line."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what the outside world did to the file as `StoreUnavailable`, and leave all else as it is.

    A second of what may be there once is a `Duplicate`.
    """
    try:
        yield
    except ValueError as error:
        if "no active connection" not in str(error):  # aiosqlite's word for one that is closed
            raise
        raise StoreUnavailable(f"{path} is closed") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code in DUPLICATE:
            raise Duplicate(str(error)) from error
        if code is None or (sentence := TROUBLE.get(code & PRIMARY_CODE)) is None:
            raise
        raise StoreUnavailable(f"{path} {sentence} ({error.sqlite_errorname})") from error


async def _set_up(connection: aiosqlite.Connection, *pragmas: str) -> None:
    connection.row_factory = sqlite3.Row
    for pragma in (f"busy_timeout = {BUSY_MS}", *pragmas):
        await connection.execute_fetchall(f"PRAGMA {pragma}")
