-- name: former_members()
-- All of them, once, at the start.
SELECT id, key_id FROM former_members;

-- name: note_deletion(user_id, now)!
INSERT INTO deletions (user_id, asked_at) VALUES (:user_id, :now)
ON CONFLICT (user_id) DO NOTHING;

-- name: deletions()
SELECT user_id, asked_at FROM deletions;

-- name: end_deletion(user_id)!
DELETE FROM deletions WHERE user_id = :user_id;

-- name: add_former_member(id, key_id)!
INSERT INTO former_members (id, key_id) VALUES (:id, :key_id)
ON CONFLICT (id) DO UPDATE SET key_id = excluded.key_id;

-- name: unfinished_of(user_id)
SELECT * FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling') AND user_id = :user_id
ORDER BY created_at, id;

-- name: charged_jobs_of(user_id)
-- A person's jobs in all servers. The ledger has a row of each; from server to server it is one step along its index, so
-- that no other index is needed, which every order would have to pay for.
WITH RECURSIVE servers (id) AS (
    SELECT MIN(guild_id) FROM ledger
    UNION ALL
    SELECT (SELECT MIN(guild_id) FROM ledger WHERE guild_id > servers.id) FROM servers WHERE servers.id IS NOT NULL
)
SELECT ledger.job_id
FROM servers
JOIN ledger ON ledger.guild_id = servers.id AND ledger.user_id = :user_id
WHERE ledger.kind = 'reserve';

-- name: job_to_forget(id, user_id)^
SELECT request FROM jobs
WHERE id = :id AND user_id = :user_id AND status IN ('delivered', 'undelivered', 'cancelled', 'failed');

-- name: forget_job(id, request, pseudonym, now)!
-- What is no number goes, and so does the name; and what leads to the person: their direct messages, the vendor's copy.
UPDATE jobs
SET user_id = :pseudonym, removed_at = COALESCE(removed_at, CAST(:now AS BIGINT)),
    hidden_at = COALESCE(hidden_at, CAST(:now AS BIGINT)), told_at = COALESCE(told_at, CAST(:now AS BIGINT)),
    request = :request, loras = 0, images = '[]', roles = '[]', locale = '', source = NULL, prediction_id = NULL,
    channel_id = CASE WHEN guild_id = 0 THEN 0 ELSE channel_id END,
    posted_channel_id = CASE
        WHEN posted_channel_id IS NULL THEN NULL
        WHEN guild_id <> 0 AND posted_channel_id = channel_id THEN channel_id
        ELSE 0
    END,
    reply_token = '', reply_expires_at = 0, reply_message_id = NULL, webhook_token = '', webhook_secret = '',
    failure_user_message = CASE WHEN failure_user_message IS NULL THEN NULL ELSE '' END,
    failure_detail = CASE WHEN failure_detail IS NULL THEN NULL ELSE '' END
WHERE id = :id;

-- name: forget_charges(job_id, pseudonym)!
UPDATE ledger SET user_id = :pseudonym WHERE job_id = :job_id;

-- name: forget_favourites(user_id)!
DELETE FROM favourites WHERE user_id = :user_id;

-- name: forget_repeated_reports(user_id, pseudonym)!
-- Of a job that this person has reported before their last deletion, too.
DELETE FROM reports
WHERE user_id = :user_id
    AND EXISTS (SELECT 1 FROM reports AS earlier WHERE earlier.job_id = reports.job_id AND earlier.user_id = :pseudonym);

-- name: forget_reports(user_id, pseudonym)!
UPDATE reports SET user_id = :pseudonym, reason = '' WHERE user_id = :user_id;

-- name: forget_verdicts(user_id, pseudonym)!
UPDATE report_cases SET decided_by = :pseudonym WHERE decided_by = :user_id;

-- name: forget_places(user_id)!
DELETE FROM queue_users WHERE user_id = :user_id;

-- name: forget_user(user_id)!
DELETE FROM users WHERE id = :user_id;

-- name: forget_presets(user_id)!
DELETE FROM presets WHERE owner_kind = 'user' AND owner_id = :user_id;

-- name: forget_defaults(user_id)!
DELETE FROM defaults WHERE owner_kind = 'user' AND owner_id = :user_id;

-- name: rename_saver(user_id, pseudonym)!
UPDATE presets SET saved_by = :pseudonym WHERE saved_by = :user_id;

-- name: rename_author(user_id, pseudonym)!
UPDATE loras SET added_by = :pseudonym WHERE added_by = :user_id;

-- name: bans_of_person(user_id, pseudonym)
SELECT guild_id, user_id, expires_at FROM bans WHERE user_id IN (:user_id, :pseudonym);

-- name: drop_ban(guild_id, user_id)!
DELETE FROM bans WHERE guild_id = :guild_id AND user_id = :user_id;

-- name: rename_bans(user_id, pseudonym)!
UPDATE bans SET user_id = :pseudonym WHERE user_id = :user_id;

-- name: rename_banner(user_id, pseudonym)!
UPDATE bans SET banned_by = :pseudonym WHERE banned_by = :user_id;

-- name: grants_of_person(user_id, pseudonym)
SELECT * FROM grants WHERE user_id IN (:user_id, :pseudonym);

-- name: drop_grant(guild_id, user_id)!
DELETE FROM grants WHERE guild_id = :guild_id AND user_id = :user_id;

-- name: add_to_grant(guild_id, user_id, images, used, expires_at)!
UPDATE grants SET images = images + :images, used = used + :used, expires_at = :expires_at
WHERE guild_id = :guild_id AND user_id = :user_id;

-- name: rename_grants(user_id, pseudonym)!
UPDATE grants SET user_id = :pseudonym WHERE user_id = :user_id;

-- name: rename_granter(user_id, pseudonym)!
UPDATE grants SET granted_by = :pseudonym WHERE granted_by = :user_id;

-- name: resets_of_person(user_id, pseudonym)
SELECT * FROM quota_resets WHERE user_id IN (:user_id, :pseudonym);

-- name: drop_reset(guild_id, user_id)!
DELETE FROM quota_resets WHERE guild_id = :guild_id AND user_id = :user_id;

-- name: rename_resets(user_id, pseudonym)!
UPDATE quota_resets SET user_id = :pseudonym WHERE user_id = :user_id;

-- name: audit_after(id, most)
-- The whole log, page by page.
SELECT id, guild_id, at, actor_id, action, target, old_value, new_value FROM audit WHERE id > :id ORDER BY id LIMIT CAST(:most AS BIGINT);

-- name: rewrite_change(id, actor_id, target, old_value, new_value)!
UPDATE audit SET actor_id = :actor_id, target = :target, old_value = :old_value, new_value = :new_value WHERE id = :id;

-- name: kept_presets(user_id)
SELECT name, style, options, saved_at FROM presets WHERE owner_kind = 'user' AND owner_id = :user_id;

-- name: kept_defaults(user_id)
SELECT options, metadata, changed_at FROM defaults WHERE owner_kind = 'user' AND owner_id = :user_id;

-- name: kept_favourites(user_id)
SELECT guild_id, job_id, marked_at FROM favourites WHERE user_id = :user_id;

-- name: kept_reports(user_id)
SELECT guild_id, job_id, reason, reported_at FROM reports WHERE user_id = :user_id;

-- name: kept_loras(user_id)
SELECT guild_id, name, source, models, triggers, scale, age_restricted, approved, added_at FROM loras
WHERE added_by = :user_id;

-- name: kept_bans(user_id)
-- Who banned them is another person's.
SELECT guild_id, reason, banned_at, expires_at FROM bans WHERE user_id = :user_id;

-- name: kept_grants(user_id)
SELECT guild_id, images, used, granted_at, expires_at FROM grants WHERE user_id = :user_id;

-- name: kept_resets(user_id)
SELECT guild_id, since FROM quota_resets WHERE user_id = :user_id;

-- name: kept_charges(job_id)
SELECT kind, images, granted, charged_at, recorded_at FROM ledger WHERE job_id = :job_id;
