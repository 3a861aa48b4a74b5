-- Each of these names exactly the states from which jobs.status.TRANSITIONS allows its target; a test compares them.
-- Who gets no row has lost the race.

-- name: requeue(id, not_before, unknown, attempts)^
-- What belonged to the create that did not happen, or was given up, is forgotten; the place in the fair queue is kept.
-- A write that is late, or is repeated because nobody knows what became of it, must not hit the job's next create.
UPDATE jobs
SET status = 'queued', not_before = :not_before, key_id = NULL, next_poll_at = NULL, polls = 0, doubted_at = NULL,
    unknown_creates = unknown_creates + CAST(:unknown AS INTEGER)
WHERE id = :id AND status IN ('submitting', 'unconfirmed') AND attempts = COALESCE(CAST(:attempts AS INTEGER), attempts)
RETURNING *;

-- name: mark_unconfirmed(id, next_poll_at, attempts, now)^
UPDATE jobs
SET status = 'unconfirmed', next_poll_at = :next_poll_at, doubted_at = :now
WHERE id = :id AND status IN ('submitting') AND attempts = COALESCE(CAST(:attempts AS INTEGER), attempts)
RETURNING *;

-- name: mark_running(id, prediction_id, next_poll_at, now)^
UPDATE jobs
SET status = 'running', prediction_id = :prediction_id, next_poll_at = :next_poll_at, accepted_at = :now
WHERE id = :id AND status IN ('submitting', 'unconfirmed')
RETURNING *;

-- name: mark_delivering(id, images, cost, prediction_id, now)^
-- Out of the queue only where an earlier create was given up: of any other queued job nothing was made.
UPDATE jobs
SET status = 'delivering', images = :images, cost = :cost, completed_at = :now, next_poll_at = NULL,
    prediction_id = COALESCE(CAST(:prediction_id AS TEXT), prediction_id)
WHERE id = :id AND status IN ('queued', 'submitting', 'unconfirmed', 'running')
    AND (status <> 'queued' OR unknown_creates > 0)
RETURNING *;

-- name: mark_delivered(id, channel_id, message_id, now)^
UPDATE jobs
SET status = 'delivered', posted_channel_id = :channel_id, posted_message_id = :message_id, finished_at = :now,
    told_at = COALESCE(told_at, CAST(:now AS BIGINT))
WHERE id = :id AND status IN ('delivering', 'undelivered')
RETURNING *;

-- name: mark_undelivered(id, detail)^
UPDATE jobs
SET status = 'undelivered', failure_detail = :detail
WHERE id = :id AND status IN ('delivering')
RETURNING *;

-- name: mark_failed(id, reason, user_message, detail, stored_too, unknown, attempts, now)^
-- Whoever gives a create up, or knows of no stored images, must not end a job that was found or stored meanwhile.
UPDATE jobs
SET status = 'failed', failure_reason = :reason, failure_user_message = :user_message, failure_detail = :detail,
    next_poll_at = NULL, finished_at = :now, unknown_creates = unknown_creates + CAST(:unknown AS INTEGER)
WHERE id = :id AND status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND (status <> 'delivering' OR CAST(:stored_too AS INTEGER) = 1)
    AND (status IN ('submitting', 'unconfirmed') OR CAST(:unknown AS INTEGER) = 0)
    AND attempts = COALESCE(CAST(:attempts AS INTEGER), attempts)
RETURNING *;

-- name: mark_cancelling(id)^
UPDATE jobs
SET status = 'cancelling', next_poll_at = NULL
WHERE id = :id AND status IN ('queued', 'submitting', 'unconfirmed', 'running')
RETURNING *;

-- name: mark_cancelling_unsent(id)^
-- For an API that cannot be told to stop: once it may have the job, the images are made and paid.
UPDATE jobs
SET status = 'cancelling', next_poll_at = NULL
WHERE id = :id AND status = 'queued'
RETURNING *;

-- name: name_cancelling(id, prediction_id)^
-- No transition: what is to be stopped at the API can be named now.
UPDATE jobs
SET prediction_id = :prediction_id
WHERE id = :id AND status = 'cancelling' AND prediction_id IS NULL
RETURNING *;

-- name: mark_cancelled(id, unknown, now)^
UPDATE jobs
SET status = 'cancelled', finished_at = :now, unknown_creates = unknown_creates + CAST(:unknown AS INTEGER)
WHERE id = :id AND status IN ('cancelling')
RETURNING *;

-- name: schedule_poll(id, at)^
-- No transition: the job stays where it is.
UPDATE jobs
SET next_poll_at = :at
WHERE id = :id AND status IN ('running', 'unconfirmed')
RETURNING *;

-- name: settle(job_id, delivered, cost, now)^
-- An undelivered job was settled when it became so; claimed later, it is not settled again. Of images that were not made
-- the grant's come back first.
INSERT INTO ledger (job_id, kind, guild_id, user_id, images, cost, granted, granted_at, charged_at, recorded_at)
SELECT
    job_id, 'settle', guild_id, user_id,
    CASE WHEN CAST(:delivered AS BIGINT) < images THEN CAST(:delivered AS BIGINT) - images ELSE 0 END,
    CAST(:cost AS BIGINT) - cost,
    CASE
        WHEN CAST(:delivered AS BIGINT) >= images THEN 0
        WHEN images - CAST(:delivered AS BIGINT) < granted THEN CAST(:delivered AS BIGINT) - images
        ELSE -granted
    END,
    granted_at, charged_at, CAST(:now AS BIGINT)
FROM ledger
WHERE job_id = :job_id AND kind = 'reserve'
ON CONFLICT (job_id, kind) DO NOTHING
RETURNING guild_id, user_id, cost, granted, granted_at, charged_at;

-- name: refund(job_id, cost, now)^
INSERT INTO ledger (job_id, kind, guild_id, user_id, images, cost, granted, granted_at, charged_at, recorded_at)
SELECT
    job_id, 'refund', guild_id, user_id, -images, CAST(:cost AS BIGINT) - cost, -granted, granted_at, charged_at,
    CAST(:now AS BIGINT)
FROM ledger
WHERE job_id = :job_id AND kind = 'reserve'
RETURNING guild_id, user_id, cost, granted, granted_at, charged_at;
