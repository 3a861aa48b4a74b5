import sqlite3
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from jobs.model import Job
from jobs.status import Status
from storage.errors import Duplicate
from storage.store import SqlStore
from tests.storage.support import execute

JobIn = Callable[..., Awaitable[Job]]
BROKEN = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)


@pytest.mark.parametrize("statement", ["DELETE FROM ledger", "UPDATE ledger SET images = 1"])
async def test_the_ledger_refuses_to_be_changed(store: SqlStore, job_in: JobIn, statement: str) -> None:
    """Append-only in the database too."""
    await job_in(Status.DELIVERED)
    with pytest.raises(BROKEN, match="append-only"):
        await execute(store._engine, statement)


@pytest.mark.parametrize("kind", ["settle", "refund"])
@pytest.mark.parametrize("ended", [Status.DELIVERED, Status.FAILED])
async def test_a_reservation_ends_once(store: SqlStore, job_in: JobIn, ended: Status, kind: str) -> None:
    """Whatever the program does."""
    await job_in(ended)
    with pytest.raises(Duplicate, match="ledger"):
        await execute(
            store._engine,
            "INSERT INTO ledger (job_id, kind, guild_id, user_id, images, charged_at, recorded_at) "  # noqa: S608 - ours
            f"SELECT job_id, '{kind}', guild_id, user_id, -1, charged_at, recorded_at FROM ledger "
            "WHERE kind = 'reserve'",
        )


@pytest.mark.parametrize(
    "damage",
    [
        "status = 'lost'",
        "private = 2",
        "next_poll_at = 5",
        "finished_at = 5",
        "failure_reason = 'rejected'",
        "posted_message_id = 5",
        "status = 'submitting'",
        "user_id = 404",
    ],
)
async def test_the_database_itself_refuses_what_cannot_be(store: SqlStore, job_in: JobIn, damage: str) -> None:
    """The invariants do not rest on the program alone."""
    await job_in(Status.QUEUED)
    with pytest.raises(BROKEN, match=r"(?i)check|foreign key"):
        await execute(store._engine, f"UPDATE jobs SET {damage}")  # noqa: S608 - our own text
