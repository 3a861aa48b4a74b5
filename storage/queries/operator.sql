-- name: newest_jobs(before, most)
SELECT * FROM jobs WHERE id < :before ORDER BY id DESC LIMIT CAST(:most AS BIGINT);

-- name: newest_jobs_of_guild(guild_id, most)
-- The ledger has a row of each job, by server and moment.
SELECT job_id FROM ledger
WHERE guild_id = :guild_id AND kind = 'reserve'
ORDER BY charged_at DESC
LIMIT CAST(:most AS BIGINT);

-- name: unfinished_in(status, most)
SELECT * FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling') AND status = :status
ORDER BY created_at DESC, id DESC
LIMIT CAST(:most AS BIGINT);

-- name: count_in_flight(provider, key_id)$
SELECT COUNT(*) FROM jobs
WHERE status IN ('submitting', 'unconfirmed', 'running', 'cancelling') AND provider = :provider AND key_id = :key_id;

-- name: count_creates(key_id, since)$
SELECT COUNT(*) FROM attempts WHERE key_id = :key_id AND sent_at > :since;
