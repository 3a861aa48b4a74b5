-- A job of a paused server is held: its `not_before` is the last millisecond of the year 9999.

-- name: lock_if_paused(guild_id)$
-- Whoever holds jobs must know that nobody releases them meanwhile.
SELECT guild_id FROM server_rules WHERE guild_id = :guild_id AND paused = 1 -- postgresql: FOR UPDATE
;

-- name: lock_queues()
-- Claims change many waiting jobs at once, too: one after the other, so that neither waits for the other's.
SELECT provider FROM queues WHERE priority = 0 ORDER BY provider -- postgresql: FOR UPDATE
;

-- name: hold_queued(guild_id)!
UPDATE jobs SET not_before = 253402300799999
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND status = 'queued' AND not_before < 253402300799999 AND guild_id = :guild_id;

-- name: release_held(guild_id)!
-- The queue has gone on meanwhile: each user's jobs move behind its present time, in their order, so that they do not all
-- come before everybody else's.
UPDATE jobs
SET not_before = 0,
    start_tag = jobs.start_tag
        + CASE WHEN late.virtual_time > late.first_tag THEN late.virtual_time - late.first_tag ELSE 0 END
FROM (
    SELECT held.provider, held.priority, held.user_id,
        MIN(held.start_tag) AS first_tag, MAX(queues.virtual_time) AS virtual_time
    FROM jobs AS held
    LEFT JOIN queues ON queues.provider = held.provider AND queues.priority = held.priority
    WHERE held.status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
        AND held.status = 'queued' AND held.not_before = 253402300799999 AND held.guild_id = :guild_id
    GROUP BY held.provider, held.priority, held.user_id
) AS late
WHERE jobs.status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND jobs.status = 'queued' AND jobs.not_before = 253402300799999 AND jobs.guild_id = :guild_id
    AND jobs.provider = late.provider AND jobs.priority = late.priority AND jobs.user_id = late.user_id;
