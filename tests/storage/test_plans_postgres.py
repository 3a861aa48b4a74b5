"""The same on PostgreSQL, which chooses by what is in the tables: with much history no statement reads it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
import pytest

from storage.engine import load_queries
from storage.postgres import PostgresAdapter
from tests.postgres import Server

HISTORY = """
INSERT INTO users SELECT n, 1 FROM generate_series(1, 500) AS n;
INSERT INTO jobs (
    id, interaction_id, idx, guild_id, channel_id, user_id, locale, private, application_id, reply_token,
    reply_expires_at, upload_limit, source, provider, model, request, loras, status, priority, start_tag, not_before,
    created_at, estimated_cost, attempts, key_id, submitted_at, completed_at, finished_at, prediction_id,
    webhook_token, webhook_secret, polls, images, posted_channel_id, posted_message_id, told_at
)
SELECT
    LPAD(n::text, 20, '0'), n, 0, n % 20, 2, 1 + n % 500, 'en-US', 0, 3, 't', 0, 1000, 'again:' || n, 'eachlabs',
    'flux-lora', '{}', n % 2, 'delivered', 0, n, 0, n, 1, 1, 'key', n, n, n, 'p' || n, 't', 's', 0, '[]', 2, n, n
FROM generate_series(1, 20000) AS n;
INSERT INTO ledger SELECT id, 'reserve', guild_id, user_id, 1, created_at, created_at FROM jobs;
INSERT INTO ledger SELECT id, 'settle', guild_id, user_id, 0, created_at, created_at FROM jobs;
INSERT INTO attempts SELECT id, 1, 'key', created_at FROM jobs;
INSERT INTO posts SELECT id, 'result', 2, id::bigint, created_at, created_at FROM jobs;
INSERT INTO favourites SELECT user_id, guild_id, id, created_at FROM jobs;
INSERT INTO reports SELECT id, user_id, guild_id, 2, 3, '', created_at, created_at FROM jobs;
ANALYZE;
"""
GROWING = {"jobs", "ledger", "attempts", "posts", "reports", "favourites"}

INDEXES = {
    "job_of_interaction": "jobs_interaction_id_idx_key",
    "job_of_press": "jobs_press",
    "charges": "ledger_window",
    "costs": "ledger_of_guild",
    "job_costs": "ledger_of_guild",
    "counted_of_guild": "ledger_of_guild",
    "counted_of_user": "ledger_window",
    "in_flight": "jobs_at_the_api",
    "deciding_attempt": "attempts_minute",
    "take_next": "jobs_ready",
    "take_next_of_lowest": "jobs_ready",
    "jobs_of_interaction": "jobs_interaction_id_idx_key",
    "recently_made": "jobs_durations",
    "earliest_start": "jobs_ready",
    "spent_between": "jobs_unknown",
    "ahead": "jobs_ready",
    "unfinished": "jobs_unfinished",
    "recent_durations": "jobs_durations",
    "shown_before": "jobs_shown_of_user",
    "shown_after": "jobs_shown_of_user",
    "favourites_before": "favourites_pkey",
    "favourites_after": "favourites_pkey",
    "job_of_prediction": "jobs_prediction",
    "job_of_message": "posts_message",
    "untold_reports": "reports_untold",
    "recent_reports": "reports_of_user",
    "remove_report_words": "reports_pkey",
}
# These hold unfinished jobs only, and so are short: PostgreSQL takes whichever it likes.
SHORT = {"jobs_ready", "jobs_waiting", "jobs_at_the_api", "jobs_due", "jobs_unfinished"}


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


@pytest.fixture
def queries(postgres_server: Server) -> Any:
    """Gives the statements as they are sent."""
    return load_queries(lambda: PostgresAdapter(postgres_server.address("postgres")))


async def test_no_statement_reads_history(postgres_server: Server, queries: Any) -> None:
    """Whatever the values are: the plan is the one for all of them."""
    plans: dict[str, list[Mapping[str, Any]]] = {}
    async with postgres_server.database() as address:
        connection = await asyncpg.connect(address.url)
        try:
            await connection.execute(HISTORY)
            await connection.execute("SET plan_cache_mode = force_generic_plan")
            for name in queries.available_queries:
                sql = getattr(queries, name).sql
                if name.endswith("_cursor") or name == "create_schema_migrations":
                    continue
                values = ", ".join(["NULL"] * len(set(re.findall(r"\$\d+", sql))))
                await connection.execute(f"PREPARE {name} AS {sql}")
                explained = f"EXPLAIN (FORMAT JSON) EXECUTE {name}" + (f"({values})" if values else "")
                [plan] = json.loads(await connection.fetchval(explained))
                plans[name] = list(_nodes(plan["Plan"]))
        finally:
            await connection.close()
    read_whole = {
        name: node["Relation Name"]
        for name, nodes in plans.items()
        for node in nodes
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWING
    }
    assert read_whole == {}
    used = {name: {node.get("Index Name") for node in nodes} for name, nodes in plans.items()}
    for name in ("promote_due", "at_the_api", "take_due_polls", "next_poll_at"):
        assert used[name] & SHORT, name
    assert {name: index for name, index in INDEXES.items() if index not in used[name]} == {}
