"""Plain asyncpg: the rows of an admission, read and written as the work demands, one commit each."""

import json
import secrets
import time

import asyncpg

DAY_MS = 86_400_000
PROMPT = "a fox in the snow, morning light, film grain, 35 mm"


async def admit(url: str, *, first: int, count: int, users: int) -> float:
    """Admit jobs numbered from `first`; returns the seconds it took."""
    connection = await asyncpg.connect(url)
    try:
        began = time.perf_counter()
        for number in range(first, first + count):
            async with connection.transaction():
                await _admit(connection, number, user=number % users)
        return time.perf_counter() - began
    finally:
        await connection.close()


async def _admit(connection: asyncpg.Connection, number: int, *, user: int) -> None:
    now = time.time_ns() // 1_000_000
    job = f"f{number:019d}"
    await connection.execute(
        "INSERT INTO users VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET last_order_at = $2", user, now
    )
    known = await connection.fetchval("SELECT id FROM jobs WHERE interaction_id = $1 AND idx = 0", number)
    charges = await connection.fetch(
        "SELECT charged_at, SUM(images - granted) AS images FROM ledger "
        "WHERE guild_id = 1 AND user_id = $1 AND charged_at > $2 GROUP BY charged_at ORDER BY charged_at",
        user,
        now - DAY_MS,
    )
    grant = await connection.fetchval(
        "SELECT images - used FROM grants WHERE guild_id = 1 AND user_id = $1 AND expires_at > $2", user, now
    )
    if known or grant or sum(row["images"] for row in charges) >= 1_000_000:
        return
    virtual = await connection.fetchval("SELECT virtual_time FROM queues WHERE provider = 'eachlabs'")
    finish = await connection.fetchval(
        "SELECT finish_tag FROM queue_users WHERE provider = 'eachlabs' AND priority = 0 AND user_id = $1", user
    )
    tag = max(virtual or 0, finish or 0)
    await connection.execute(
        "INSERT INTO queue_users VALUES ('eachlabs', 0, $1, $2) "
        "ON CONFLICT (provider, priority, user_id) DO UPDATE SET finish_tag = excluded.finish_tag",
        user,
        tag + 1,
    )
    await connection.execute(
        "INSERT INTO jobs (id, interaction_id, idx, guild_id, channel_id, user_id, locale, private, application_id, "
        "reply_token, reply_expires_at, reply_message_id, upload_limit, provider, model, request, loras, status, "
        "priority, start_tag, not_before, created_at, estimated_cost, attempts, webhook_token, webhook_secret, polls, "
        "images) VALUES ($1, $2, 0, 1, 2, $3, 'en-US', 0, 3, $4, $5, 4, 10485760, 'eachlabs', 'flux-lora', $6, 0, "
        "'queued', 0, $7, 0, $8, 35000, 0, $9, $10, 0, '[]')",
        job, number, user, "t" * 128, now + 900_000,
        json.dumps({"model": "flux-lora", "prompt": PROMPT, "seed": 1}),
        tag, now, secrets.token_urlsafe(32), secrets.token_urlsafe(32),
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO ledger (job_id, kind, guild_id, user_id, images, cost, charged_at, recorded_at) "
        "VALUES ($1, 'reserve', 1, $2, 1, 35000, $3, $3)",
        job,
        user,
        now,
    )
    for guild in (1, -1):
        await connection.execute(
            "INSERT INTO spend VALUES ($1, $2, 35000) "
            "ON CONFLICT (guild_id, day) DO UPDATE SET amount = spend.amount + excluded.amount",
            guild,
            now // DAY_MS,
        )
