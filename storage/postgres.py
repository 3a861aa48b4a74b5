"""PostgreSQL through asyncpg: a pool that connects again by itself, and commits whose answer is lost looked up."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
import structlog

from jobs.ports import StoreUnavailable
from storage.address import PostgresAddress
from storage.engine import Adapter, Body, T, load_queries
from storage.errors import ServerTooOld
from storage.health import DatabaseHealth, watched
from storage.postgres_errors import DRIVER_ERRORS, connecting, translated

OLDEST: Final = 13  # pg_xact_status: https://www.postgresql.org/docs/13/functions-info.html
CONNECTIONS: Final = 8
WRITERS: Final = 5  # of these at once, so that a read never waits for writes that wait for each other
CONNECT_SECONDS: Final = 5.0
ACQUIRE_SECONDS: Final = 10.0
COMMAND_SECONDS: Final = 15.0  # the server's own limit comes first, and is told apart
SCRIPT_SECONDS: Final = 3_600.0
LOOK_UP_SECONDS: Final = 30.0  # how long to ask for the outcome of a commit
LOOK_UP_PAUSE: Final = 0.2

# Of every session, whatever the role or the database says: https://www.postgresql.org/docs/current/runtime-config-client.html
SESSION: Final[Mapping[str, str]] = {
    "application_name": "fluxcord",
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",  # what is committed survives a crash of the server
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}

FRAGMENT: Final = re.compile(r"--\s*postgresql:\s*(.*)$", re.MULTILINE)
NAMED: Final = re.compile(r"'(?:''|[^'])*'|(?<![:\w]):([a-z]\w*)")

log = structlog.get_logger(__name__)


class PostgresAdapter(Adapter):
    """asyncpg for aiosql: values by number, statements prepared once a connection, errors translated."""

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._names: dict[str, tuple[str, ...]] = {}

    def process_sql(self, _name: str, _operation: object, sql: str) -> str:
        """`:name` becomes `$1`; what follows `-- postgresql:` in a line is for this engine alone."""
        names: dict[str, int] = {}

        def numbered(found: re.Match[str]) -> str:
            name = found[1]
            return found[0] if name is None else f"${names.setdefault(name, len(names) + 1)}"

        processed = NAMED.sub(numbered, FRAGMENT.sub(r"\1", sql))
        self._names[processed] = tuple(names)
        return processed

    async def rows(self, connection: Any, sql: str, values: Mapping[str, Any]) -> Sequence[asyncpg.Record]:
        """All rows in one round trip, once the statement is prepared."""
        with translated(self._address):
            found: Sequence[asyncpg.Record] = await connection.fetch(
                sql, *(_storable(values[name]) for name in self._names[sql])
            )
        return found


class PostgresEngine:
    """The engine of one database on a server."""

    dialect = "postgresql"

    def __init__(self, address: PostgresAddress, pool: asyncpg.Pool) -> None:
        self.sql = load_queries(lambda: PostgresAdapter(address))
        self._address = address
        self._pool = pool
        self.health = DatabaseHealth()
        self._turn = asyncio.Semaphore(WRITERS)

    async def transact(self, body: Body[T]) -> T:
        """The body's statements are round trips of their own."""
        async with self.transaction() as connection:
            return await body(connection)

    async def read(self, body: Body[T]) -> T:
        """The same for a body that only reads."""
        async with self.reading() as connection:
            return await body(connection)

    @watched
    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """READ COMMITTED. When COMMIT's answer is lost its outcome is looked up, so that the caller gets the truth.

        Raises:
            StoreUnavailable: nothing was written; or, and the sentence says so, half a minute of asking gave no answer.
        """
        async with self._turn, self._connection() as connection:
            await self._say(connection, "BEGIN ISOLATION LEVEL READ COMMITTED")
            try:
                yield connection
                with translated(self._address):
                    xid = await connection.fetchval("SELECT pg_current_xact_id_if_assigned()")
            except BaseException:
                await self._roll_back(connection)
                raise
            try:
                await self._say(connection, "COMMIT")
            except StoreUnavailable as error:
                if xid is not None and await self._was_committed(xid):
                    log.warning("a commit's answer was lost; it was found committed", cause=str(error))
                    return
                raise

    @watched
    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        """Each statement sees what is committed at its beginning."""
        async with self._connection() as connection:
            yield connection

    async def run_script(self, connection: Any, script: str) -> None:
        """As one message; a migration may take longer than a statement of every day."""
        with translated(self._address):
            await connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
            await connection.execute(script, timeout=SCRIPT_SECONDS)

    async def compact(self) -> None:
        """Let the server reuse the room; what its log and its backups still hold is its operator's to remove."""
        async with self._connection() as connection:
            with translated(self._address):
                await connection.execute("SET statement_timeout = 0")
                try:
                    await connection.execute("VACUUM jobs", timeout=SCRIPT_SECONDS)
                finally:
                    await connection.execute("RESET statement_timeout")

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        with translated(self._address):
            connection = await self._pool.acquire(timeout=ACQUIRE_SECONDS)
        try:
            yield connection
        finally:
            try:
                await self._pool.release(connection, timeout=CONNECT_SECONDS)
            except DRIVER_ERRORS as error:
                # What was written is committed or rolled back by now; the pool has ended the connection.
                log.debug("a connection could not be kept", cause=type(error).__name__)

    async def _say(self, connection: Any, command: str) -> None:
        with translated(self._address):
            await connection.execute(command)

    async def _roll_back(self, connection: Any) -> None:
        try:
            await self._say(connection, "ROLLBACK")
        except StoreUnavailable as error:
            # The server rolls back what was open on a connection that has ended.
            log.debug("a connection was lost within a transaction", cause=str(error))
            with contextlib.suppress(*DRIVER_ERRORS):  # it has gone already
                connection.terminate()

    async def _was_committed(self, xid: int) -> bool:
        """Ask on other connections until the server knows.

        Raises:
            StoreUnavailable: it could not be asked.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + LOOK_UP_SECONDS
        while loop.time() < until:
            try:
                async with self._connection() as connection:
                    with translated(self._address):
                        status = await connection.fetchval("SELECT pg_xact_status($1)", xid)
                if status in {"committed", "aborted"}:
                    return bool(status == "committed")
            except StoreUnavailable as error:
                log.debug("the outcome of a commit is still unknown", cause=str(error))
            await asyncio.sleep(LOOK_UP_PAUSE)
        raise StoreUnavailable(f"{self._address} has closed the connection, and it is unknown what was written")


@asynccontextmanager
async def open_postgres(address: PostgresAddress) -> AsyncIterator[PostgresEngine]:
    """The engine of the database at the address; it has to exist.

    Raises:
        ServerTooOld: the server is older than PostgreSQL 13.
        ParameterRefused: the server refuses a parameter of the address.
        StoreUnavailable: there is no way to the database.
    """
    with translated(address):
        pool = await asyncpg.create_pool(
            address.url,
            min_size=0,  # a pool that keeps connections by itself logs a stack trace whenever it cannot
            max_size=CONNECTIONS,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings=dict(SESSION),
            reset=_leave_as_it_is,
        )
    try:
        with connecting(address):
            async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                require_server(connection.get_server_version().major)
                durable = await connection.fetchval("SELECT current_setting('fsync')") == "on"
        if not durable:
            log.warning("the server runs with fsync off: a crash of its machine may lose accepted jobs")
        yield PostgresEngine(address, pool)
    finally:
        await _close(pool)


def require_server(major: int) -> None:
    """Refuse a server that does not know the statements.

    Raises:
        ServerTooOld: it is older than PostgreSQL 13.
    """
    if major < OLDEST:
        raise ServerTooOld(f"the server is PostgreSQL {major}, but {OLDEST} or newer is needed")


async def _leave_as_it_is(_connection: Any) -> None:
    """Nothing of ours outlives its transaction, so that the pool's own round trip for cleaning up is saved."""


async def _close(pool: asyncpg.Pool) -> None:
    try:
        await asyncio.wait_for(pool.close(), CONNECT_SECONDS)
    except DRIVER_ERRORS:
        pool.terminate()


def _storable(value: Any) -> Any:
    """PostgreSQL's texts hold any character but NUL, which what a vendor says might."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value
