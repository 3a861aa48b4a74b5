-- name: recent_of_user(guild_id, user_id, most)
SELECT * FROM jobs
WHERE guild_id = :guild_id AND user_id = :user_id
ORDER BY created_at DESC
LIMIT CAST(:most AS BIGINT);

-- name: kept_of_user(guild_id, user_id, most)
SELECT * FROM jobs
WHERE status = 'undelivered' AND guild_id = :guild_id AND user_id = :user_id AND removed_at IS NULL
ORDER BY created_at DESC
LIMIT CAST(:most AS BIGINT);

-- name: untold_of_user(guild_id, user_id, most)
SELECT * FROM jobs
WHERE told_at IS NULL AND status IN ('undelivered', 'cancelled', 'failed')
    AND user_id = :user_id AND guild_id = :guild_id
ORDER BY created_at
LIMIT CAST(:most AS BIGINT);

-- name: to_tell(since)
SELECT * FROM jobs
WHERE told_at IS NULL AND status IN ('cancelled', 'failed') AND finished_at > :since
ORDER BY finished_at;

-- name: mark_told(id, now)!
-- No transition: the job stays as it ended.
UPDATE jobs
SET told_at = :now
WHERE id = :id AND told_at IS NULL AND status IN ('undelivered', 'cancelled', 'failed');
