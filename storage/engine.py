"""What differs from one database engine to the next: connections, transactions, scripts; all else is one SQL text."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Final, Protocol

import aiosql

QUERIES: Final = Path(__file__).parent / "queries"


class Engine(Protocol):
    """A database that is open.

    What `transaction` and `reading` yield is the driver's connection; only `sql` knows what to do with it. Rows are
    read by column name (`row["id"]`). Both raise `jobs.ports.StoreUnavailable` when the database cannot be used.
    """

    @property
    def dialect(self) -> str:
        """The engine's name, as in the names of its own migration files: `sqlite`."""
        ...

    @property
    def sql(self) -> Any:
        """The statements of `storage/queries`, each a coroutine function of a connection and its named values."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[Any]:
        """A connection that writes: committed at the end of the block, rolled back when an exception leaves it."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Any]:
        """A connection that only reads; each statement sees all that is committed."""
        ...

    async def run_script(self, connection: Any, script: str) -> None:
        """Run several statements, separated by semicolons, within the connection's transaction."""
        ...


def load_queries(adapter: Any) -> Any:
    """All statements of `storage/queries`, for the driver that the aiosql adapter (a name or a class) speaks to."""
    return aiosql.from_path(QUERIES, adapter, encoding="utf-8")
