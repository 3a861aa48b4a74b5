-- Ids sort by creation, so a page goes on from an id; what lies before it costs nothing, however much it is.

-- name: kept_before(guild_id, user_id, id, most)
SELECT id, model, request FROM jobs
WHERE status = 'undelivered' AND removed_at IS NULL AND guild_id = :guild_id AND user_id = :user_id AND id < :id
ORDER BY id DESC
LIMIT CAST(:most AS BIGINT);

-- name: kept_after(guild_id, user_id, id, most)
SELECT id, model, request FROM jobs
WHERE status = 'undelivered' AND removed_at IS NULL AND guild_id = :guild_id AND user_id = :user_id AND id > :id
ORDER BY id
LIMIT CAST(:most AS BIGINT);

-- name: shown_before(guild_id, user_id, id, most)
SELECT id, model, request FROM jobs
WHERE status = 'delivered' AND hidden_at IS NULL AND guild_id = :guild_id AND user_id = :user_id AND id < :id
ORDER BY id DESC
LIMIT CAST(:most AS BIGINT);

-- name: shown_after(guild_id, user_id, id, most)
SELECT id, model, request FROM jobs
WHERE status = 'delivered' AND hidden_at IS NULL AND guild_id = :guild_id AND user_id = :user_id AND id > :id
ORDER BY id
LIMIT CAST(:most AS BIGINT);

-- name: favourites_before(guild_id, user_id, id, most)
SELECT jobs.id, jobs.model, jobs.request
FROM favourites
JOIN jobs ON jobs.id = favourites.job_id
WHERE favourites.guild_id = :guild_id AND favourites.user_id = :user_id AND favourites.job_id < :id
ORDER BY favourites.job_id DESC
LIMIT CAST(:most AS BIGINT);

-- name: favourites_after(guild_id, user_id, id, most)
SELECT jobs.id, jobs.model, jobs.request
FROM favourites
JOIN jobs ON jobs.id = favourites.job_id
WHERE favourites.guild_id = :guild_id AND favourites.user_id = :user_id AND favourites.job_id > :id
ORDER BY favourites.job_id
LIMIT CAST(:most AS BIGINT);

-- name: is_favourite(user_id, guild_id, job_id)$
SELECT 1 FROM favourites WHERE user_id = :user_id AND guild_id = :guild_id AND job_id = :job_id;

-- name: add_favourite(job_id, now)!
-- Only of what can be seen in its user's history.
INSERT INTO favourites (user_id, guild_id, job_id, marked_at)
SELECT user_id, guild_id, id, CAST(:now AS BIGINT) FROM jobs
WHERE id = :job_id AND status = 'delivered' AND hidden_at IS NULL
ON CONFLICT (user_id, guild_id, job_id) DO NOTHING;

-- name: remove_favourite(user_id, guild_id, job_id)!
DELETE FROM favourites WHERE user_id = :user_id AND guild_id = :guild_id AND job_id = :job_id;

-- name: hide(id, now)^
-- No transition: it stays delivered.
UPDATE jobs
SET hidden_at = :now
WHERE id = :id AND status = 'delivered' AND hidden_at IS NULL
RETURNING *;

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
