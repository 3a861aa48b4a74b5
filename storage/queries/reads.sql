-- name: job(id)^
SELECT * FROM jobs WHERE id = :id;

-- name: unfinished(created_at, id, most)
SELECT * FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND (created_at, id) > (CAST(:created_at AS BIGINT), CAST(:id AS TEXT))
ORDER BY created_at, id
LIMIT CAST(:most AS BIGINT);

-- name: carried()
-- The first condition chooses the index; the second one is decided within it, however many jobs wait.
SELECT * FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND status IN ('submitting', 'delivering', 'cancelling')
ORDER BY created_at, id;

-- name: count_by_status()
SELECT status, COUNT(*) AS jobs FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
GROUP BY status;

-- name: queue_tag(id)^
SELECT priority, start_tag FROM jobs WHERE id = :id AND status = 'queued';

-- name: ahead(provider, priority, start_tag, id, most)$
-- Jobs that wait for their `not_before` count too where their tag is less: they go first once it has come.
-- What is held (pauses.sql) does not.
SELECT COUNT(*) FROM (
    SELECT id FROM jobs
    WHERE status = 'queued' AND not_before = 0 AND provider = :provider
        AND (priority, start_tag, id) < (:priority, :start_tag, :id)
    UNION ALL
    SELECT id FROM jobs
    WHERE status = 'queued' AND not_before > 0 AND not_before < 253402300799999 AND provider = :provider
        AND (priority, start_tag, id) < (:priority, :start_tag, :id)
    LIMIT CAST(:most AS BIGINT)
) AS earlier;

-- name: at_the_api(provider)^
-- A job that was cancelled before it was sent has no key and occupies nothing.
SELECT COUNT(*) AS jobs, MAX(submitted_at) AS last_sent_at FROM jobs
WHERE status IN ('submitting', 'unconfirmed', 'running', 'cancelling')
    AND provider = :provider AND key_id IS NOT NULL;

-- name: recent_durations(model, most)
SELECT completed_at - submitted_at AS duration FROM jobs
WHERE status = 'delivered' AND model = :model
ORDER BY completed_at DESC
LIMIT CAST(:most AS BIGINT);

-- name: recent_requests_with_lora(guild_id, user_id, most)
SELECT request FROM jobs
WHERE loras > 0 AND guild_id = :guild_id AND user_id = :user_id
ORDER BY created_at DESC
LIMIT CAST(:most AS BIGINT);

-- name: next_poll_at()$
SELECT MIN(next_poll_at) FROM jobs WHERE status IN ('running', 'unconfirmed');
