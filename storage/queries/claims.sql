-- name: lock_queue(provider)$
-- First of every claim: until the commit, no other claim at this API passes here. The row of class 0 serves as the lock,
-- and counts the claims that are committed.
INSERT INTO queues (provider, priority, virtual_time, claims) VALUES (:provider, 0, 0, 1)
ON CONFLICT (provider, priority) DO UPDATE SET claims = queues.claims + 1
RETURNING claims;

-- name: in_flight(provider, key_id)
SELECT id, unknown_creates FROM jobs
WHERE status IN ('submitting', 'unconfirmed', 'running', 'cancelling')
    AND provider = :provider AND key_id = :key_id;

-- name: deciding_attempt(key_id, since, skip)$
-- When the key's create number `skip` + 1, counted from the newest, was sent: once that one has left the minute,
-- fewer than `skip` + 1 are in it. None: there are not that many after `since`.
SELECT sent_at FROM attempts
WHERE key_id = :key_id AND sent_at > :since
ORDER BY sent_at DESC
LIMIT 1 OFFSET CAST(:skip AS BIGINT);

-- name: promote_due(provider, now)!
UPDATE jobs SET not_before = 0
WHERE status = 'queued' AND not_before > 0 AND provider = :provider AND not_before <= :now;

-- name: take_next(provider, key_id, now)^
-- `held`: the job's server is paused, and it must not be sent: it was queued again, or ordered, in that very moment.
UPDATE jobs
SET status = 'submitting', key_id = :key_id, submitted_at = :now, attempts = attempts + 1
WHERE status = 'queued' AND id = (
    SELECT id FROM jobs
    WHERE status = 'queued' AND not_before = 0 AND provider = :provider
    ORDER BY priority, start_tag, id
    LIMIT 1 -- postgresql: FOR UPDATE SKIP LOCKED
)
RETURNING *, EXISTS (
    SELECT 1 FROM server_rules WHERE server_rules.guild_id = jobs.guild_id AND server_rules.paused = 1
) AS held;

-- name: take_next_of_lowest(provider, key_id, now)^
UPDATE jobs
SET status = 'submitting', key_id = :key_id, submitted_at = :now, attempts = attempts + 1
WHERE status = 'queued' AND id = (
    SELECT id FROM jobs
    WHERE status = 'queued' AND not_before = 0 AND provider = :provider AND priority = (
        SELECT MAX(priority) FROM jobs WHERE status = 'queued' AND not_before = 0 AND provider = :provider
    )
    ORDER BY start_tag, id
    LIMIT 1 -- postgresql: FOR UPDATE SKIP LOCKED
)
RETURNING *, EXISTS (
    SELECT 1 FROM server_rules WHERE server_rules.guild_id = jobs.guild_id AND server_rules.paused = 1
) AS held;

-- name: insert_attempt(job_id, number, key_id, now)!
INSERT INTO attempts (job_id, number, key_id, sent_at) VALUES (:job_id, :number, :key_id, :now);

-- name: advance_virtual_time(provider, priority, start_tag)!
-- A requeued job keeps its tag, so it may be behind the time: the time never goes back.
INSERT INTO queues (provider, priority, virtual_time) VALUES (:provider, :priority, :start_tag)
ON CONFLICT (provider, priority) DO UPDATE SET virtual_time = excluded.virtual_time
WHERE excluded.virtual_time > queues.virtual_time;

-- name: earliest_start(provider)$
-- 0: a job is ready; otherwise the least `not_before`; none: nothing is queued but what is held (pauses.sql).
SELECT not_before FROM (
    SELECT 0 AS not_before
    WHERE EXISTS (SELECT 1 FROM jobs WHERE status = 'queued' AND not_before = 0 AND provider = :provider)
    UNION ALL
    SELECT MIN(not_before) AS not_before FROM jobs
    WHERE status = 'queued' AND not_before > 0 AND not_before < 253402300799999 AND provider = :provider
) AS starts
WHERE not_before IS NOT NULL
ORDER BY not_before
LIMIT 1;

-- name: take_due_polls(now, until, most)
-- Whoever takes them looks at them; nobody else does before `until`.
WITH due AS (
    SELECT id FROM jobs
    WHERE status IN ('running', 'unconfirmed') AND next_poll_at <= :now
    ORDER BY next_poll_at
    LIMIT CAST(:most AS BIGINT) -- postgresql: FOR UPDATE SKIP LOCKED
)
UPDATE jobs
SET next_poll_at = :until, polls = polls + 1
WHERE status IN ('running', 'unconfirmed') AND next_poll_at <= :now AND id IN (SELECT id FROM due)
RETURNING *;
