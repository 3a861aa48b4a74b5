"""What the tests of storage do beside the store's own statements."""

import json
from typing import Any

from storage.address import DatabaseAddress, PostgresAddress
from storage.engine import Engine
from storage.postgres import PostgresEngine
from storage.postgres_errors import translated
from storage.sqlite import SqliteEngine
from storage.store import SqlStore


def url_of(address: DatabaseAddress) -> str:
    """The address as a setting has it."""
    return address.url if isinstance(address, PostgresAddress) else f"sqlite:///{address}"


async def execute(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    """Run one statement of a test's own, committed at once, and give its rows."""
    async with engine.transaction() as connection:
        return await fetch(engine, connection, statement)


async def fetch(engine: Engine, connection: Any, statement: str) -> list[tuple[Any, ...]]:
    """The same on a connection of the engine's, within whatever is going on there."""
    match engine:
        case SqliteEngine():
            return [tuple(row) for row in await connection.execute_fetchall(statement)]
        case PostgresEngine():
            with translated(engine._address):
                return [tuple(row) for row in await connection.fetch(statement)]
        case _:
            raise TypeError(engine)


async def everything(store: SqlStore) -> str:
    """All that stands in the database, of every column of every table."""
    engine = store._engine
    listing = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    }
    names = [name for (name,) in await execute(engine, listing[engine.dialect])]
    return json.dumps({name: await execute(engine, f"SELECT * FROM {name}") for name in names}, default=str)  # noqa: S608
