"""No statement reads history: every access goes through an index, whatever has happened before."""

import re
from pathlib import Path

import pytest

from storage.engine import load_queries
from storage.sqlite import SqliteAdapter, SqliteEngine
from storage.store import SqlStore

QUERIES = load_queries(SqliteAdapter)
NAMES = [name for name in QUERIES.available_queries if not name.endswith("_cursor")]

# What may be read whole: the short lists of migrations and of users in the queue, what the start takes into memory, the
# warnings of some months (once a day), and indexes of few jobs: unfinished, kept for their users, or perhaps paid for
# nothing.
WHOLE = re.compile(
    r"SCAN (schema_migrations|queue_users|spend_warnings|presets|defaults|loras|server_rules|bans|quota_resets"
    r"|grants|former_members|deletions|departures|servers|loras USING COVERING INDEX sqlite_autoindex_loras_2"
    r"|(grants|quota_resets) USING COVERING INDEX sqlite_autoindex_(grants|quota_resets)_1"
    r"|jobs USING (COVERING )?INDEX jobs_(unfinished|kept|unknown)"
    r"|queues USING COVERING INDEX sqlite_autoindex_queues_1|audit USING INDEX audit_untold"
    r"|batches USING INDEX batches_open|CONSTANT ROW|\(subquery-\d+\)|tags|starts|earlier)$"
)

INDEXES = {
    "job_of_interaction": ["sqlite_autoindex_jobs_2 (interaction_id=? AND idx=?)"],
    "job_of_press": ["jobs_press (user_id=? AND source=? AND created_at>?)"],
    "charges": ["COVERING INDEX ledger_window (guild_id=? AND user_id=? AND charged_at>?)"],
    "spent_between": [
        "sqlite_autoindex_spend_1 (guild_id=? AND day>? AND day<?)",
        "jobs_unknown (created_at>? AND created_at<?)",
    ],
    "costs": ["ledger_of_guild (guild_id=? AND charged_at>? AND charged_at<?)", "sqlite_autoindex_jobs_1 (id=?)"],
    "job_costs": ["ledger_of_guild (guild_id=? AND charged_at>? AND charged_at<?)", "sqlite_autoindex_jobs_1 (id=?)"],
    "counted_of_guild": [
        "ledger_of_guild (guild_id=? AND charged_at>? AND charged_at<?)",
        "sqlite_autoindex_jobs_1 (id=?)",
    ],
    "counted_of_user": [
        "ledger_window (guild_id=? AND user_id=? AND charged_at>? AND charged_at<?)",
        "sqlite_autoindex_jobs_1 (id=?)",
    ],
    "untold_warnings": ["spend_warnings_untold (period=?)"],
    "mark_warning_told": ["sqlite_autoindex_spend_warnings_1 (guild_id=? AND period=? AND percent=?)"],
    "in_flight": ["jobs_at_the_api (provider=? AND key_id=?)"],
    "deciding_attempt": ["COVERING INDEX attempts_minute (key_id=? AND sent_at>?)"],
    "promote_due": ["jobs_waiting (provider=? AND not_before>? AND not_before<?)"],
    "take_next_of_lowest": ["jobs_ready (provider=? AND priority=?)", "jobs_ready (provider=?)"],
    "count_waiting": ["jobs_open_of_user (guild_id=? AND user_id=?)"],
    "open_jobs": ["jobs_open_of_user (guild_id=? AND user_id=?)"],
    "batch": ["sqlite_autoindex_batches_1 (interaction_id=?)"],
    "jobs_of_interaction": ["sqlite_autoindex_jobs_2 (interaction_id=?)"],
    "open_batches": ["batches_open"],
    "close_batch": ["batches"],
    "recently_made": ["jobs_durations (model=?)"],
    "take_next": [
        "jobs_ready (provider=?)",
        "sqlite_autoindex_jobs_1 (id=?)",
        "sqlite_autoindex_server_rules_1 (guild_id=?)",
    ],
    "earliest_start": [
        "jobs_ready (provider=?)",
        "jobs_waiting (provider=? AND not_before>? AND not_before<?)",
    ],
    "ahead": [
        "jobs_ready (provider=? AND (priority,start_tag,id)<(?,?,?))",
        "jobs_waiting (provider=? AND not_before>? AND not_before<?)",
    ],
    "at_the_api": ["jobs_at_the_api (provider=? AND key_id>?)"],
    "take_due_polls": ["jobs_due (next_poll_at<?)", "sqlite_autoindex_jobs_1 (id=?)"],
    "next_poll_at": ["jobs_due"],
    "old_jobs": ["jobs_to_remove (guild_id=? AND created_at<?)"],
    "next_guild_with_words": ["jobs_to_remove (guild_id>?)"],
    "guilds_with_data": ["jobs_to_remove (guild_id>?)"],
    "charged_jobs_of": ["COVERING INDEX ledger_window (guild_id>?)", "ledger_window (guild_id=? AND user_id=?)"],
    "unfinished_of": ["jobs_unfinished"],
    "remove_guild_cases": ["sqlite_autoindex_report_cases_1 (job_id=?)", "reports_of_guild (guild_id=?)"],
    "remove_guild_reports": ["reports_of_guild (guild_id=?)"],
    "forget_reports": ["reports_of_user (user_id=?)"],
    "kept_reports": ["reports_of_user (user_id=?)"],
    "newest_jobs": ["sqlite_autoindex_jobs_1 (id<?)"],
    "newest_jobs_of_guild": ["ledger_of_guild (guild_id=?)"],
    "unfinished_in": ["jobs_unfinished"],
    "count_in_flight": ["jobs_at_the_api (provider=? AND key_id=?)"],
    "count_creates": ["attempts_minute (key_id=? AND sent_at>?)"],
    "kept_jobs": ["jobs_kept"],
    "old_attempts": ["attempts_minute (key_id=? AND sent_at<?)", "sqlite_autoindex_jobs_1 (id=?)"],
    "next_key": ["COVERING INDEX attempts_minute (key_id>?)"],
    "remove_attempt": ["sqlite_autoindex_attempts_1 (job_id=? AND number=?)"],
    "remove_posts": ["sqlite_autoindex_posts_1 (job_id=?)"],
    "oldest_doubt": ["jobs_at_the_api"],
    "open_creates": ["attempts_minute (key_id=? AND sent_at>? AND sent_at<?)"],
    "count_unknown_creates": ["COVERING INDEX jobs_unknown"],
    "untold_losses": ["jobs_unknown (created_at>?)"],
    "job_of_prediction": ["jobs_prediction (provider=? AND prediction_id=?)"],
    "unfinished": ["jobs_unfinished (created_at>?)"],
    "carried": ["jobs_unfinished"],
    "queued": ["jobs_ready (provider=?)", "jobs_waiting (provider=? AND not_before>? AND not_before<?)"],
    "hold_queued": ["jobs_open_of_user (guild_id=?)"],
    "release_held": ["jobs_open_of_user (guild_id=?)"],
    "changes": ["audit_of_guild (guild_id=? AND id<?)"],
    "untold_servers": ["audit_untold"],
    "untold_changes": ["audit_untold (guild_id=?)"],
    "count_untold_changes": ["audit_untold (guild_id=?)"],
    "recent_durations": ["jobs_durations (model=?)"],
    "recent_requests_with_lora": ["jobs_with_lora (guild_id=? AND user_id=?)"],
    "kept_before": ["jobs_kept_of_user (guild_id=? AND user_id=? AND id<?)"],
    "kept_after": ["jobs_kept_of_user (guild_id=? AND user_id=? AND id>?)"],
    "shown_before": ["jobs_shown_of_user (guild_id=? AND user_id=? AND id<?)"],
    "shown_after": ["jobs_shown_of_user (guild_id=? AND user_id=? AND id>?)"],
    "favourites_before": [
        "sqlite_autoindex_favourites_1 (user_id=? AND guild_id=? AND job_id<?)",
        "sqlite_autoindex_jobs_1 (id=?)",
    ],
    "favourites_after": [
        "sqlite_autoindex_favourites_1 (user_id=? AND guild_id=? AND job_id>?)",
        "sqlite_autoindex_jobs_1 (id=?)",
    ],
    "is_favourite": ["sqlite_autoindex_favourites_1 (user_id=? AND guild_id=? AND job_id=?)"],
    "untold_of_user": ["jobs_untold (user_id=? AND guild_id=?)"],
    "to_tell": ["jobs_to_tell (finished_at>?)"],
    "posts": ["sqlite_autoindex_posts_1 (job_id=?)"],
    "job_of_message": [
        "posts_message (message_id=?)",
        "jobs_posted_message (posted_message_id=?)",
        "sqlite_autoindex_jobs_1 (id=?)",
    ],
    "untold_reports": ["reports_untold (reported_at>?)"],
    "recent_reports": ["reports_of_user (user_id=?)"],
    "mark_report_told": ["sqlite_autoindex_reports_1 (job_id=? AND user_id=?)"],
    "remove_report_words": ["sqlite_autoindex_reports_1 (job_id=?)"],
    "rename_preset": ["sqlite_autoindex_presets_1 (owner_kind=? AND owner_id=? AND name_key=?)"],
    "remove_preset": ["sqlite_autoindex_presets_1 (owner_kind=? AND owner_id=? AND name_key=?)"],
    "library_entries": ["sqlite_autoindex_lora_previews_1 (lora_id=?)"],
    "library_preview": ["sqlite_autoindex_lora_previews_1 (lora_id=?)"],
    "remove_library_entry": ["sqlite_autoindex_loras_1 (id=?)"],
    "remove_defaults": ["sqlite_autoindex_defaults_1 (owner_kind=? AND owner_id=?)"],
    "prune_bans": ["sqlite_autoindex_bans_1 (guild_id=? AND user_id=?)"],
    "prune_grants": ["sqlite_autoindex_grants_1 (guild_id=? AND user_id=?)"],
    "prune_resets": ["sqlite_autoindex_quota_resets_1 (guild_id=? AND user_id=?)"],
    "prune_audit": ["sqlite_autoindex_audit_1 (id<?)", "sqlite_autoindex_audit_1 (id=?)"],
    "remove_ban": ["sqlite_autoindex_bans_1 (guild_id=? AND user_id=?)"],
    "grant_in_force": ["sqlite_autoindex_grants_1 (guild_id=? AND user_id=?)"],
    "grants_in_force": ["sqlite_autoindex_grants_1 (guild_id=?)"],
    "remove_grant": ["sqlite_autoindex_grants_1 (guild_id=? AND user_id=?)"],
}


@pytest.fixture
def address(tmp_path: Path) -> Path:
    """Gives an SQLite file: what is looked at here is this engine's own."""
    return tmp_path / "bot.db"


async def _plan(store: SqlStore, name: str) -> list[str]:
    engine = store._engine
    assert isinstance(engine, SqliteEngine)
    sql: str = getattr(QUERIES, name).sql
    values = dict.fromkeys(re.findall(r":(\w+)", sql), 1)
    async with engine.reading() as connection:
        rows = await connection.execute_fetchall(f"EXPLAIN QUERY PLAN {sql}", values)
    return [row["detail"] for row in rows]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "create_schema_migrations"])
async def test_nothing_is_read_or_sorted_whole(store: SqlStore, name: str) -> None:
    """Except the short lists that are meant to be."""
    details = await _plan(store, name)
    assert [detail for detail in details if detail.startswith("SCAN") and not WHOLE.match(detail)] == []
    sorted_whole = [detail for detail in details if "TEMP B-TREE" in detail]
    # A handful of unfinished states, at most two rows, whoever waits at a resume, or what an admin asks for once, may
    # be sorted.
    assert not sorted_whole or name in {"count_by_status", "earliest_start", "costs", "release_held"}


@pytest.mark.parametrize("name", INDEXES)
async def test_the_index_made_for_it_is_used(store: SqlStore, name: str) -> None:
    """An index that no plan takes would only cost."""
    details = await _plan(store, name)
    for index in INDEXES[name]:
        assert any(index in detail for detail in details), details


async def test_what_is_read_whole_or_counted_holds_no_finished_jobs(store: SqlStore) -> None:
    """The indexes of the queue and of the work at the API shrink again when jobs end."""
    engine = store._engine
    assert isinstance(engine, SqliteEngine)
    async with engine.reading() as connection:
        rows = await connection.execute_fetchall("SELECT name FROM pragma_index_list('jobs') WHERE partial = 1")
    partial = {row["name"] for row in rows}
    assert {"jobs_ready", "jobs_waiting", "jobs_at_the_api", "jobs_due", "jobs_unfinished"} <= partial
