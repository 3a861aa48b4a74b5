import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from jobs.model import Job
from jobs.status import Status
from storage.store import SqlStore

JobIn = Callable[..., Awaitable[Job]]


@pytest.mark.parametrize("statement", ["DELETE FROM ledger", "UPDATE ledger SET images = 1"])
async def test_the_ledger_refuses_to_be_changed(store: SqlStore, job_in: JobIn, statement: str) -> None:
    """Append-only in the database too."""
    await job_in(Status.DELIVERED)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        async with store._engine.transaction() as connection:
            await connection.execute_fetchall(statement)


@pytest.mark.parametrize("kind", ["settle", "refund"])
@pytest.mark.parametrize("ended", [Status.DELIVERED, Status.FAILED])
async def test_a_reservation_ends_once(store: SqlStore, job_in: JobIn, ended: Status, kind: str) -> None:
    """Whatever the program does."""
    job = await job_in(ended)
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        async with store._engine.transaction() as connection:
            await connection.execute_fetchall(
                "INSERT INTO ledger SELECT job_id, :kind, guild_id, user_id, -1, charged_at, recorded_at FROM ledger "
                "WHERE job_id = :id AND kind = 'reserve'",
                {"id": job.id, "kind": kind},
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
    with pytest.raises(sqlite3.IntegrityError, match=r"CHECK|FOREIGN KEY"):
        async with store._engine.transaction() as connection:
            await connection.execute_fetchall(f"UPDATE jobs SET {damage}")  # noqa: S608 - our own text
