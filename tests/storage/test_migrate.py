import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs.ports import Clock
from jobs.servers.rules import LibraryRules, ServerRules, Who
from storage.engine import QUERIES, Engine
from storage.errors import DatabaseNewer, MigrationChanged
from storage.migrate import MIGRATIONS, load, migrate
from storage.postgres import PostgresEngine, open_postgres
from storage.servers import Servers
from storage.sqlite import open_sqlite
from storage.store import open_store
from tests.postgres import Server
from tests.storage.support import execute


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """Gives an empty database."""
    if request.param == "sqlite":
        async with open_sqlite(tmp_path / "bot.db") as opened:
            yield opened
        return
    server: Server = request.getfixturevalue("postgres_server")
    async with server.database(template=False) as address, open_postgres(address) as connected:
        yield connected


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Gives a folder with one migration."""
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "0001_cats.sql").write_text("CREATE TABLE cats (\n    name TEXT NOT NULL\n);\n")
    return made


async def _applied(engine: Engine) -> list[tuple[Any, ...]]:
    return await execute(engine, "SELECT version, name FROM schema_migrations ORDER BY version")


async def _named(engine: Engine, kind: str) -> set[str]:
    match kind, engine.dialect:
        case _, "sqlite":
            statement = f"SELECT name FROM sqlite_master WHERE type = '{kind}'"  # noqa: S608 - our own text
        case "table", _:
            statement = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        case _:
            statement = "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'"
    return {name for (name,) in await execute(engine, statement)}


async def test_an_empty_database_gets_every_step_once(engine: Engine, clock: Clock) -> None:
    """A second start finds nothing to do."""
    steps = [(step.version, step.name) for step in load(MIGRATIONS, dialect=engine.dialect)]
    for _ in range(2):
        await migrate(engine, clock)
        assert await _applied(engine) == steps
    assert await execute(engine, "SELECT DISTINCT applied_at FROM schema_migrations") == [(clock.now(),)]
    assert {"jobs", "ledger", "attempts"} < await _named(engine, "table")


async def test_a_new_step_keeps_what_is_there(engine: Engine, clock: Clock, folder: Path) -> None:
    """An upgrade loses no row."""
    await migrate(engine, clock, folder=folder)
    await execute(engine, "INSERT INTO cats VALUES ('Mia')")
    (folder / "0002_ages.sql").write_text("ALTER TABLE cats ADD COLUMN age INTEGER;\nUPDATE cats SET age = 3;\n")
    await migrate(engine, clock, folder=folder)
    assert await execute(engine, "SELECT name, age FROM cats") == [("Mia", 3)]


async def test_what_servers_had_decided_about_their_libraries_becomes_their_rules(
    engine: Engine, clock: Clock, tmp_path: Path
) -> None:
    """An upgrade from version 3 keeps it, and nothing else is decided for anybody."""
    former = tmp_path / "former"
    former.mkdir()
    for path in MIGRATIONS.glob("000[123]_*.sql"):
        (former / path.name).write_bytes(path.read_bytes())
    await migrate(engine, clock, folder=former)
    decided = {1: (0, 0), 2: (1, 1), 3: (0, 1), 4: (1, 0)}
    for guild_id, (approval, raw_sources) in decided.items():
        await execute(engine, f"INSERT INTO library_rules VALUES ({guild_id}, {approval}, {raw_sources})")  # noqa: S608 - our own numbers
    await migrate(engine, clock)
    assert await Servers(engine, clock).server_rules() == {
        guild_id: ServerRules(
            library=LibraryRules(approval=bool(approval), raw_sources=Who.EVERYONE if raw_sources else Who.NOBODY)
        )
        for guild_id, (approval, raw_sources) in decided.items()
    }
    assert "library_rules" not in await _named(engine, "table")


async def test_a_step_that_fails_leaves_nothing_behind(engine: Engine, clock: Clock, folder: Path) -> None:
    """Its tables go with it; the steps before stay."""
    (folder / "0002_dogs.sql").write_text("CREATE TABLE dogs (name TEXT);\nINSERT INTO birds VALUES (1);\n")
    with pytest.raises(Exception, match=r"no such table: birds|relation \"birds\" does not exist"):
        await migrate(engine, clock, folder=folder)
    assert await _applied(engine) == [(1, "cats")]
    assert "dogs" not in await _named(engine, "table")


async def test_a_newer_database_is_refused_with_both_versions(engine: Engine, clock: Clock, folder: Path) -> None:
    """An old program must not write into a new schema."""
    newer = folder / "0002_dogs.sql"
    newer.write_text("CREATE TABLE dogs (name TEXT);\n")
    await migrate(engine, clock, folder=folder)
    newer.unlink()
    with pytest.raises(DatabaseNewer, match="has schema version 2, but this program knows versions up to 1"):
        await migrate(engine, clock, folder=folder)


async def test_an_edited_step_is_refused(engine: Engine, clock: Clock, folder: Path) -> None:
    """What was applied is what the program must know."""
    await migrate(engine, clock, folder=folder)
    (folder / "0001_cats.sql").write_text("CREATE TABLE cats (name TEXT);\n")
    with pytest.raises(MigrationChanged, match=r"migration 1 \(cats\)"):
        await migrate(engine, clock, folder=folder)


async def test_other_line_ends_are_no_edit(engine: Engine, clock: Clock, folder: Path) -> None:
    """A checkout on Windows has the same migrations."""
    await migrate(engine, clock, folder=folder)
    step = folder / "0001_cats.sql"
    step.write_bytes(step.read_bytes().replace(b"\n", b"\r\n"))
    await migrate(engine, clock, folder=folder)


async def test_an_engines_own_part_follows_the_common_one(engine: Engine, clock: Clock, folder: Path) -> None:
    """Only the part of the engine in use."""
    (folder / "0001_cats.sqlite.sql").write_text("CREATE INDEX cats_by_name ON cats (name);\n")
    (folder / "0001_cats.postgresql.sql").write_text("CREATE INDEX cats_elsewhere ON cats (name);\n")
    await migrate(engine, clock, folder=folder)
    indexes = {name for name in await _named(engine, "index") if name.startswith("cats")}
    assert indexes == {"cats_by_name" if engine.dialect == "sqlite" else "cats_elsewhere"}


async def test_starts_at_the_same_moment_apply_each_step_once(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    """Whoever comes second waits, and finds the work done."""
    address = engine._address if isinstance(engine, PostgresEngine) else tmp_path / "bot.db"

    async def start() -> None:
        async with open_store(address, clock):
            pass

    await asyncio.gather(*(start() for _ in range(4)))
    assert [version for version, _ in await _applied(engine)] == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["0003_gap.sql", "0001_twice.sql"])
def test_steps_are_numbered_in_a_row(folder: Path, name: str) -> None:
    """A gap or a double number is a mistake in the folder."""
    (folder / name).write_text("SELECT 1;\n")
    with pytest.raises(ValueError, match="not numbered"):
        load(folder, dialect="sqlite")


def test_the_common_text_keeps_to_what_every_engine_knows() -> None:
    """What only SQLite understands has files of its own."""
    own = re.compile(
        r"AUTOINCREMENT|\bOR (IGNORE|REPLACE|ABORT)\b|\browid\b|PRAGMA|\bSTRICT\b|IFNULL|GLOB|strftime|datetime|RAISE",
        re.IGNORECASE,
    )
    theirs = re.compile(r"SKIP LOCKED|pg_\w+|\$\d|::|ILIKE|\bANY\b|\bARRAY\b", re.IGNORECASE)
    texts = [*QUERIES.glob("*.sql"), *(path for path in MIGRATIONS.glob("*.sql") if path.suffixes == [".sql"])]
    assert [path.name for path in texts if own.search(path.read_text(encoding="utf-8"))] == []
    common = {path.name: re.sub(r"--.*", "", path.read_text(encoding="utf-8")) for path in texts}
    assert [name for name, text in common.items() if theirs.search(text)] == []
