"""Databases with a long history or a long queue, made by SQL in seconds, in the schema that the product migrates to."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.orders import GUILD, KEY, MODEL, PROVIDER, REQUEST, USERS, SystemClock
from storage.store import open_store

DAYS = 30
_DAY_MS = 86_400_000

# Everything is drawn from the number of the job, n, from 1 to :jobs, the oldest first.
_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :jobs)"
_COMMON = """
    id, interaction_id, idx, guild_id, channel_id, user_id, locale, private, application_id, reply_token,
    reply_expires_at, reply_message_id, upload_limit, provider, model, request, loras, priority, start_tag, not_before,
    created_at, estimated_cost, webhook_token, webhook_secret, polls, status, attempts, images
"""
_COMMON_VALUES = """
    printf('0%019d', n), :interactions + n, 0, :guild, :guild + 1, :first_user + n % :users, 'en-US', 0, :guild + 2,
    hex(randomblob(64)), :began + n * :step + 900000, :guild + n, 10485760, :provider, :model, :request, 0, 0,
    n / :users, 0, :began + n * :step, 35000, hex(randomblob(16)), hex(randomblob(16)), 0
"""
_FINISHED = f"""
INSERT INTO jobs ({_COMMON}, key_id, submitted_at, accepted_at, prediction_id, completed_at, finished_at, cost,
    posted_channel_id, posted_message_id)
{_NUMBERS}
SELECT {_COMMON_VALUES}, 'delivered', 1,
    '[{{"name": "1.jpg", "format": "jpeg", "width": 1024, "height": 1024, "size": 150000}}]',
    :key, :began + n * :step, :began + n * :step + 200, lower(hex(randomblob(16))), :began + n * :step + 20000,
    :began + n * :step + 21000, 35000, :guild + 1, :guild + n
FROM numbers
"""
_QUEUED = f"INSERT INTO jobs ({_COMMON}) {_NUMBERS} SELECT {_COMMON_VALUES}, 'queued', 0, '[]' FROM numbers"
_USERS = """
INSERT INTO users (id, last_order_at)
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :users)
SELECT :first_user + n, :began FROM numbers
"""
_QUEUE_USERS = """
INSERT INTO queue_users (provider, priority, user_id, finish_tag)
SELECT provider, 0, user_id, MAX(start_tag) + 1 FROM jobs GROUP BY provider, user_id
"""
_QUEUES = """
INSERT INTO queues (provider, priority, virtual_time)
SELECT provider, 0, COALESCE(MAX(start_tag), 0) FROM jobs WHERE status <> 'queued' GROUP BY provider
"""
_LEDGER = """
INSERT INTO ledger (job_id, kind, guild_id, user_id, images, charged_at, recorded_at)
SELECT id, 'reserve', guild_id, user_id, 1, created_at, created_at FROM jobs ORDER BY id
"""
_SETTLED = """
INSERT INTO ledger (job_id, kind, guild_id, user_id, images, charged_at, recorded_at)
SELECT id, 'settle', guild_id, user_id, 0, created_at, finished_at FROM jobs WHERE status = 'delivered' ORDER BY id
"""
_ATTEMPTS = """
INSERT INTO attempts (job_id, number, key_id, sent_at)
SELECT id, 1, key_id, submitted_at FROM jobs WHERE submitted_at IS NOT NULL ORDER BY id
"""


async def make_history(path: Path, *, jobs: int, users: int) -> None:
    """A database with so many delivered jobs of the last thirty days, spread evenly over the days and the users."""
    await _make(path, _FINISHED, jobs=jobs, users=users, days=DAYS)


async def make_queue(path: Path, *, jobs: int, users: int) -> None:
    """A database with so many waiting jobs, ordered over the last hour by the users in turn."""
    await _make(path, _QUEUED, jobs=jobs, users=users, days=1 / 24)


async def migrate(path: Path) -> None:
    """An empty database in the product's schema."""
    async with open_store(path, SystemClock()):
        pass


async def _make(path: Path, insert: str, *, jobs: int, users: int, days: float) -> None:
    await migrate(path)
    span = int(days * _DAY_MS)
    values = {
        "jobs": jobs,
        "users": users,
        "guild": GUILD,
        "first_user": USERS,
        "interactions": 1_500_000_000_000_000_000,
        "provider": PROVIDER.value,
        "model": MODEL,
        "request": REQUEST.to_json(),
        "key": KEY,
        "began": SystemClock().now() - span,
        "step": span // (jobs + 1),
    }
    await asyncio.to_thread(_fill, path, insert, values)


def _fill(path: Path, insert: str, values: Mapping[str, object]) -> None:
    """The indexes are made afterwards, from what they were: that takes a tenth of the time."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")  # no half-made one is ever used
        connection.execute("PRAGMA cache_size = -200000")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        connection.execute("BEGIN")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(_USERS, _needed(_USERS, values))
        connection.execute(insert, _needed(insert, values))
        for statement in (_QUEUE_USERS, _QUEUES, _LEDGER, _SETTLED, _ATTEMPTS):
            connection.execute(statement)
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


def _needed(statement: str, values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if f":{name}" in statement}


@dataclass(frozen=True, kw_only=True)
class Answered:
    """An interaction that was acknowledged and waits for what it was promised."""

    interaction_id: int
    token: str
    message_id: int  # of its response
    user_id: int


_WAITING = """
INSERT INTO jobs (
    id, interaction_id, idx, guild_id, channel_id, user_id, locale, private, application_id, reply_token,
    reply_expires_at, reply_message_id, upload_limit, provider, model, request, loras, priority, start_tag, not_before,
    created_at, estimated_cost, webhook_token, webhook_secret, polls, status, attempts, images
)
VALUES (
    printf('0%019d', :n), :interaction, 0, :guild, :channel, :user, 'en-US', 0, :application, :token,
    :now + 900000, :message, 10485760, :provider, :model, :request, 0, 0, :n / :users, 0,
    :now, 35000, hex(randomblob(16)), hex(randomblob(16)), 0, 'queued', 0, '[]'
)
"""


async def add_waiting(
    path: Path, answered: Sequence[Answered], *, guild_id: int, channel_id: int, application_id: int
) -> None:
    """A waiting job for each of these interactions, accepted just now."""
    await migrate(path)
    users = sorted({each.user_id for each in answered})
    now = SystemClock().now()
    jobs = [
        {
            "n": number,
            "users": len(users),
            "interaction": each.interaction_id,
            "token": each.token,
            "message": each.message_id,
            "user": each.user_id,
            "guild": guild_id,
            "channel": channel_id,
            "application": application_id,
            "provider": PROVIDER.value,
            "model": MODEL,
            "request": REQUEST.to_json(),
            "now": now,
        }
        for number, each in enumerate(answered)
    ]

    def fill() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO users (id, last_order_at) VALUES (?, ?)", [(id_, now) for id_ in users])
            connection.executemany(_WAITING, jobs)
            connection.execute(_QUEUE_USERS)
            connection.execute(_LEDGER)
            connection.execute("COMMIT")
        finally:
            connection.close()

    await asyncio.to_thread(fill)
