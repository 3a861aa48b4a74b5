"""What differs from one database engine to the next: connections, transactions, scripts; all else is one SQL text."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import aiosql

from storage.health import DatabaseHealth

T = TypeVar("T")
Body = Callable[[Any], Coroutine[Any, Any, T]]
QUERIES: Final = Path(__file__).parent / "queries"


class Engine(Protocol):
    """A database that is open.

    What `transaction` and `reading` yield is the driver's connection; only `sql` knows what to do with it. Rows are
    read by column name (`row["id"]`). All raise `jobs.ports.StoreUnavailable` when the database cannot be used, and
    `storage.errors.Duplicate` when a value is there already that may be there once.
    """

    @property
    def dialect(self) -> str:
        """The engine's name, as in the names of its own migration files: `sqlite` or `postgresql`."""
        ...

    @property
    def health(self) -> DatabaseHealth:
        """Whether the database could be used lately; the two blocks below note their failures in it."""
        ...

    @property
    def sql(self) -> Any:
        """The statements of `storage/queries`, each a coroutine function of a connection and its named values."""
        ...

    async def transact(self, body: Body[T]) -> T:
        """Run a transaction: committed when the body returns, rolled back when an exception leaves it.

        The body gets a connection and awaits nothing but its statements, so that a driver whose connection lives in a
        thread of its own can run all of it there: a visit to the thread costs more than most statements.
        """
        ...

    async def read(self, body: Body[T]) -> T:
        """Run a body that only reads, in the same way; each statement sees all that is committed."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """A connection that writes: committed at the end of the block, rolled back when an exception leaves it.

        For blocks that await more than statements, such as migrations; every day's writes are `transact`.
        Each statement sees all that others have committed before it. Whoever decides by what it reads has to lock
        first (`lock_user`, `lock_queue`) or to decide within the write itself (`UPDATE … WHERE status IN …`).
        """
        ...

    def reading(self) -> AbstractAsyncContextManager[Any]:
        """A connection that only reads; each statement sees all that is committed."""
        ...

    async def run_script(self, connection: Any, script: str) -> None:
        """Run several statements, separated by semicolons, within the connection's transaction."""
        ...

    async def compact(self) -> None:
        """Free what deleted and overwritten values still occupy; it may take seconds. Failures are not noted."""
        ...


class Adapter(ABC):
    """A driver for aiosql: each statement is one visit to the driver, and its rows are all there when it returns.

    https://nackjicholson.github.io/aiosql/contributing.html#adapters
    """

    is_aio_driver = True

    @abstractmethod
    def process_sql(self, _name: str, _operation: object, sql: str) -> str:
        """The statement as this driver takes it; values stand in it as `:name`."""

    @abstractmethod
    async def rows(self, connection: Any, sql: str, values: Mapping[str, Any]) -> Sequence[Any]:
        """Run a statement that `process_sql` has made, and give all its rows."""

    async def select(
        self,
        connection: Any,
        _name: str,
        sql: str,
        values: Mapping[str, Any],
        _record_class: type | None = None,
    ) -> AsyncIterator[Any]:
        """Every row."""
        for row in await self.rows(connection, sql, values):
            yield row

    async def select_one(
        self,
        connection: Any,
        _name: str,
        sql: str,
        values: Mapping[str, Any],
        _record_class: type | None = None,
    ) -> Any:
        """The first row, if any."""
        return next(iter(await self.rows(connection, sql, values)), None)

    async def select_value(self, connection: Any, name: str, sql: str, values: Mapping[str, Any]) -> Any:
        """The first column of the first row; None without a row."""
        row = await self.select_one(connection, name, sql, values)
        return None if row is None else row[0]

    async def insert_update_delete(self, connection: Any, _name: str, sql: str, values: Mapping[str, Any]) -> None:
        """Run it; whoever needs to know what happened asks with RETURNING."""
        await self.rows(connection, sql, values)


def load_queries(adapter: Callable[..., Any]) -> Any:
    """All statements of `storage/queries`, for the driver that the adapter (made by the call) speaks to."""
    return aiosql.from_path(QUERIES, adapter, encoding="utf-8")
