-- name: next_guild_with_words(after)$
-- Of the servers whose finished jobs' words are still kept; 0 is outside of all servers.
SELECT MIN(guild_id) FROM jobs
WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed') AND guild_id > :after;

-- name: old_jobs(guild_id, before, most)
-- A server's finished jobs whose words are still kept, the oldest first.
SELECT * FROM jobs
WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed')
    AND guild_id = :guild_id AND created_at < :before
ORDER BY created_at
LIMIT CAST(:most AS BIGINT);

-- name: kept_jobs(most)
-- Undelivered jobs whose images are still kept, the oldest first.
SELECT * FROM jobs
WHERE status = 'undelivered' AND removed_at IS NULL
ORDER BY completed_at
LIMIT CAST(:most AS BIGINT);

-- name: remove_words(id, request, now)^
-- The numbers stay. A failure that has no words left is told no more; that images were dropped is news to be told.
UPDATE jobs
SET removed_at = :now, request = :request, loras = 0, images = '[]', roles = '[]',
    told_at = CASE WHEN status = 'undelivered' THEN NULL ELSE COALESCE(told_at, :now) END,
    reply_token = '', reply_expires_at = 0, webhook_token = '', webhook_secret = '',
    failure_user_message = CASE WHEN failure_user_message IS NULL THEN NULL ELSE '' END,
    failure_detail = CASE WHEN failure_detail IS NULL THEN NULL ELSE '' END
WHERE id = :id AND removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed')
RETURNING *;

-- name: remove_posts(job_id)!
DELETE FROM posts WHERE job_id = :job_id;

-- name: next_key(after)$
-- Of the keys that creates were sent with.
SELECT MIN(key_id) FROM attempts WHERE key_id > :after;

-- name: old_attempts(key_id, before, most)
-- One key's creates of finished jobs, the oldest first.
SELECT attempts.job_id, attempts.number
FROM attempts
JOIN jobs ON jobs.id = attempts.job_id
WHERE attempts.key_id = :key_id AND attempts.sent_at < :before
    AND jobs.status IN ('delivered', 'undelivered', 'cancelled', 'failed')
ORDER BY attempts.sent_at
LIMIT CAST(:most AS BIGINT);

-- name: remove_attempt(job_id, number)!
DELETE FROM attempts WHERE job_id = :job_id AND number = :number;

-- name: prune_bans(before, most)
-- Short lists, once a day. What somebody is about to change is left for the next time, so that nobody waits in a circle.
WITH old AS (
    SELECT guild_id, user_id FROM bans WHERE expires_at < :before
    LIMIT CAST(:most AS BIGINT) -- postgresql: FOR UPDATE SKIP LOCKED
)
DELETE FROM bans WHERE (guild_id, user_id) IN (SELECT guild_id, user_id FROM old)
RETURNING guild_id;

-- name: prune_grants(before, most)
WITH old AS (
    SELECT guild_id, user_id FROM grants WHERE expires_at < :before
    LIMIT CAST(:most AS BIGINT) -- postgresql: FOR UPDATE SKIP LOCKED
)
DELETE FROM grants WHERE (guild_id, user_id) IN (SELECT guild_id, user_id FROM old)
RETURNING guild_id;

-- name: prune_resets(before, most)
WITH old AS (
    SELECT guild_id, user_id FROM quota_resets WHERE since < :before
    LIMIT CAST(:most AS BIGINT) -- postgresql: FOR UPDATE SKIP LOCKED
)
DELETE FROM quota_resets WHERE (guild_id, user_id) IN (SELECT guild_id, user_id FROM old)
RETURNING guild_id;

-- name: prune_warnings(before, most)
WITH old AS (
    SELECT guild_id, period, percent FROM spend_warnings WHERE claimed_at < :before
    LIMIT CAST(:most AS BIGINT) -- postgresql: FOR UPDATE SKIP LOCKED
)
DELETE FROM spend_warnings WHERE (guild_id, period, percent) IN (SELECT guild_id, period, percent FROM old)
RETURNING guild_id;

-- name: prune_audit(before, most)
-- Ids sort by the moment.
WITH old AS (
    SELECT id FROM audit WHERE id < :before
    ORDER BY id
    LIMIT CAST(:most AS BIGINT) -- postgresql: FOR UPDATE SKIP LOCKED
)
DELETE FROM audit WHERE id IN (SELECT id FROM old)
RETURNING id;

-- name: oldest_doubt()$
-- While a lost create is looked for, others from its time tell whose an execution may be.
SELECT MIN(submitted_at) FROM jobs WHERE status IN ('submitting', 'unconfirmed', 'running', 'cancelling');

-- name: remove_queue_places()!
-- A job's start is the later one of the two: behind the virtual time, the end of the user's last job decides nothing.
DELETE FROM queue_users
WHERE finish_tag <= (
    SELECT virtual_time FROM queues
    WHERE queues.provider = queue_users.provider AND queues.priority = queue_users.priority
);

-- name: close_replies()!
-- What stands in the messages of unfinished jobs is not known any more: they are answered by new ones.
UPDATE jobs SET reply_expires_at = 0, reply_message_id = NULL
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling');

-- name: fill_probe(filler)!
INSERT INTO probes (id, filler) VALUES (1, :filler)
ON CONFLICT (id) DO UPDATE SET filler = excluded.filler;

-- name: empty_probe()!
DELETE FROM probes WHERE id = 1;

-- name: read_probe()$
SELECT COUNT(*) FROM probes WHERE id = 1;
