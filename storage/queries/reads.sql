-- name: job(id)^
SELECT * FROM jobs WHERE id = :id;

-- name: unfinished()
SELECT * FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
ORDER BY created_at, id;

-- name: count_by_status()
SELECT status, COUNT(*) AS jobs FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
GROUP BY status;

-- name: ahead(id, provider, most)$
-- Jobs that wait for their `not_before` count too where their tag is less: they go first once it has come.
SELECT COUNT(*) FROM (
    SELECT other.id FROM jobs AS me, jobs AS other
    WHERE me.id = :id AND me.status = 'queued'
        AND other.status = 'queued' AND other.not_before = 0 AND other.provider = :provider
        AND (other.priority, other.start_tag, other.id) < (me.priority, me.start_tag, me.id)
    UNION ALL
    SELECT other.id FROM jobs AS me, jobs AS other
    WHERE me.id = :id AND me.status = 'queued'
        AND other.status = 'queued' AND other.not_before > 0 AND other.provider = :provider
        AND (other.priority, other.start_tag, other.id) < (me.priority, me.start_tag, me.id)
    LIMIT CAST(:most AS BIGINT)
) AS earlier;

-- name: at_the_api(provider)$
-- A job that was cancelled before it was sent has no key and occupies nothing.
SELECT COUNT(*) FROM jobs
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

-- name: due_polls(now, most)
SELECT * FROM jobs
WHERE status IN ('running', 'unconfirmed') AND next_poll_at <= :now
ORDER BY next_poll_at
LIMIT CAST(:most AS BIGINT);

-- name: next_poll_at()$
SELECT MIN(next_poll_at) FROM jobs WHERE status IN ('running', 'unconfirmed');
