"""Brings a database to this program's schema: numbered steps, forward only, each in one transaction."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog

from jobs.ports import Clock
from storage.engine import Engine
from storage.errors import DatabaseNewer, MigrationChanged

MIGRATIONS: Final = Path(__file__).parent / "migrations"
NAME: Final = re.compile(r"(?P<version>\d{4})_(?P<name>\w+)\.sql")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One step: `0001_name.sql`; where an engine needs something of its own, that stands in files beside it.

    `0001_name.before.<dialect>.sql` comes before it, `0001_name.<dialect>.sql` after it.
    """

    version: int
    name: str
    script: str

    @property
    def checksum(self) -> str:
        """Tells whether the step is still the one that was applied."""
        return hashlib.sha256(self.script.encode()).hexdigest()


def load(folder: Path, *, dialect: str) -> Sequence[Migration]:
    """The migrations in a folder, in order.

    Raises:
        ValueError: two have the same number, or one is missing in the row from 1 on.
    """
    found: list[Migration] = []
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match is None:
            continue
        before, after = (path.with_suffix(f"{when}.{dialect}.sql") for when in (".before", ""))
        # Read as text: line ends are the same wherever the files were checked out.
        script = "\n".join(part.read_text(encoding="utf-8") for part in (before, path, after) if part.exists())
        found.append(Migration(version=int(match["version"]), name=match["name"], script=script))
    if [step.version for step in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder} are not numbered 1, 2, 3 …")
    return found


async def migrate(engine: Engine, clock: Clock, *, folder: Path = MIGRATIONS) -> None:
    """Apply what the database lacks.

    Raises:
        DatabaseNewer: it has steps that this program does not know.
        MigrationChanged: a step that it has is not the one this program knows by that number.
        StoreUnavailable: it cannot be written; the steps already done stay done.
    """
    steps = load(folder, dialect=engine.dialect)
    async with engine.transaction() as connection:
        await engine.sql.lock_migrations(connection)
        await engine.sql.create_schema_migrations(connection)
        _compare(steps, await _applied(engine, connection))
    for step in steps:
        async with engine.transaction() as connection:
            # Asked again within the transaction: another process may be starting at the same time.
            await engine.sql.lock_migrations(connection)
            if step.version in await _applied(engine, connection):
                continue
            await engine.run_script(connection, step.script)
            await engine.sql.record_migration(
                connection, version=step.version, name=step.name, checksum=step.checksum, applied_at=clock.now()
            )
        await log.ainfo("migrated the database", version=step.version, name=step.name)


async def _applied(engine: Engine, connection: Any) -> Mapping[int, Any]:
    return {row["version"]: row async for row in engine.sql.applied_migrations(connection)}


def _compare(steps: Sequence[Migration], applied: Mapping[int, Any]) -> None:
    known = {step.version: step for step in steps}
    newest = max(applied, default=0)
    if newest > len(steps):
        raise DatabaseNewer(
            f"the database has schema version {newest}, but this program knows versions up to {len(steps)}: "
            f"start a newer program, or restore a backup"
        )
    for version, row in applied.items():
        step = known[version]
        if row["checksum"] != step.checksum:
            raise MigrationChanged(
                f"migration {version} ({row['name']}) of the database is not this program's ({step.name}): "
                f"an applied migration must never be edited"
            )
