"""A connection of aiosqlite's that runs a whole transaction in one visit to its thread.

A statement takes some microseconds, a visit to a thread and back some hundred: with one visit for each statement an
admission waits more for threads to wake up than for SQLite. docs/decisions/0002-sql.md has the measures.
"""

import sqlite3
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiosqlite

from storage.engine import Body, T

_CHUNK: Final = 64  # rows that an iteration over a cursor fetches at once, aiosqlite's own number


class InThread:
    """Takes statements as `aiosqlite.Connection` does, in the thread itself: nothing is ever waited for."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def execute_fetchall(self, sql: str, values: Mapping[str, Any] | Sequence[Any] = ()) -> list[Any]:
        """Execute a statement and fetch all its rows."""
        return self._connection.execute(sql, values).fetchall()


class Connection(aiosqlite.Connection):
    """A connection in its thread."""

    async def run(self, body: Body[T]) -> T:
        """Run the body, which begins no transaction."""
        result: T = await self._execute(partial(_run_in_thread, self._conn, body))  # type: ignore[no-untyped-call]
        return result

    async def transact(self, body: Body[T]) -> T:
        """Run the body between BEGIN and COMMIT.

        IMMEDIATE, so that it never has to give up half-way for another process's write. When the caller is cancelled
        the transaction is finished all the same.
        """
        result: T = await self._execute(partial(_transact, self._conn, body))  # type: ignore[no-untyped-call]
        return result


@asynccontextmanager
async def connected(path: Path) -> AsyncIterator[Connection]:
    """A connection to the file; a transaction begins only where it is said."""
    connection = Connection(partial(sqlite3.connect, path, isolation_level=None), _CHUNK)
    async with connection:
        yield connection


def _run_in_thread(connection: sqlite3.Connection, body: Body[T]) -> T:
    return _run(body(InThread(connection)))


def _transact(connection: sqlite3.Connection, body: Body[T]) -> T:
    connection.execute("BEGIN IMMEDIATE")
    try:
        result = _run_in_thread(connection, body)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()  # outside of a transaction it does nothing
        raise
    return result


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run what waits for nothing to its end."""
    try:
        work.send(None)
    except StopIteration as returned:
        result: T = returned.value
        return result
    work.close()
    raise RuntimeError("a transaction's body awaits something beside its statements")
