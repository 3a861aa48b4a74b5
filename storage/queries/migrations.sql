-- name: lock_migrations()!
-- One start at a time until the commit; a transaction that writes is that on SQLite by itself.
SELECT 1 -- postgresql: , pg_advisory_xact_lock(7378713846)
;

-- name: create_schema_migrations()!
CREATE TABLE IF NOT EXISTS schema_migrations (
    version INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at BIGINT NOT NULL
);

-- name: applied_migrations()
SELECT version, name, checksum FROM schema_migrations ORDER BY version;

-- name: record_migration(version, name, checksum, applied_at)!
INSERT INTO schema_migrations (version, name, checksum, applied_at)
VALUES (:version, :name, :checksum, :applied_at);
