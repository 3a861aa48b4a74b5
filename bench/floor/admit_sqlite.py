"""Plain `sqlite3`: the rows of an admission, read and written as the work demands, one commit to the disk each."""

import json
import secrets
import sqlite3
import time
from pathlib import Path

DAY_MS = 86_400_000
PROMPT = "a fox in the snow, morning light, film grain, 35 mm"


def admit(path: Path, *, first: int, count: int, users: int) -> float:
    """Admit jobs numbered from `first`; returns the seconds it took."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        began = time.perf_counter()
        for number in range(first, first + count):
            _admit(connection, number, user=number % users)
        return time.perf_counter() - began
    finally:
        connection.close()


def _admit(connection: sqlite3.Connection, number: int, *, user: int) -> None:
    now = time.time_ns() // 1_000_000
    job = f"f{number:019d}"
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO users VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET last_order_at = ?", (user, now, now)
    )
    known = connection.execute("SELECT id FROM jobs WHERE interaction_id = ? AND idx = 0", (number,)).fetchone()
    charges = connection.execute(
        "SELECT charged_at, SUM(images - granted) FROM ledger WHERE guild_id = 1 AND user_id = ? AND charged_at > ? "
        "GROUP BY charged_at ORDER BY charged_at",
        (user, now - DAY_MS),
    ).fetchall()
    grant = connection.execute(
        "SELECT images - used FROM grants WHERE guild_id = 1 AND user_id = ? AND expires_at > ?", (user, now)
    ).fetchone()
    if known or grant or sum(images for _, images in charges) >= 1_000_000:
        connection.execute("ROLLBACK")
        return
    virtual = connection.execute("SELECT virtual_time FROM queues WHERE provider = 'eachlabs'").fetchone()
    finish = connection.execute(
        "SELECT finish_tag FROM queue_users WHERE provider = 'eachlabs' AND priority = 0 AND user_id = ?", (user,)
    ).fetchone()
    tag = max(virtual[0] if virtual else 0, finish[0] if finish else 0)
    connection.execute(
        "INSERT INTO queue_users VALUES ('eachlabs', 0, ?, ?) "
        "ON CONFLICT (provider, priority, user_id) DO UPDATE SET finish_tag = excluded.finish_tag",
        (user, tag + 1),
    )
    connection.execute(
        "INSERT INTO jobs (id, interaction_id, idx, guild_id, channel_id, user_id, locale, private, application_id, "
        "reply_token, reply_expires_at, reply_message_id, upload_limit, provider, model, request, loras, status, "
        "priority, start_tag, not_before, created_at, estimated_cost, attempts, webhook_token, webhook_secret, polls, "
        "images) VALUES (?, ?, 0, 1, 2, ?, 'en-US', 0, 3, ?, ?, 4, 10485760, 'eachlabs', 'flux-lora', ?, 0, 'queued', "
        "0, ?, 0, ?, 35000, 0, ?, ?, 0, '[]')",
        (
            job, number, user, "t" * 128, now + 900_000,
            json.dumps({"model": "flux-lora", "prompt": PROMPT, "seed": 1}),
            tag, now, secrets.token_urlsafe(32), secrets.token_urlsafe(32),
        ),
    )  # fmt: skip
    connection.execute(
        "INSERT INTO ledger (job_id, kind, guild_id, user_id, images, cost, charged_at, recorded_at) "
        "VALUES (?, 'reserve', 1, ?, 1, 35000, ?, ?)",
        (job, user, now, now),
    )
    for guild in (1, -1):
        connection.execute(
            "INSERT INTO spend VALUES (?, ?, 35000) "
            "ON CONFLICT (guild_id, day) DO UPDATE SET amount = spend.amount + excluded.amount",
            (guild, now // DAY_MS),
        )
    connection.execute("COMMIT")
