-- name: open_creates(key_id, model, since, until)
-- Creates whose prediction nobody has named: on their way, in doubt, given up, or ended before an answer came.
SELECT jobs.*, attempts.sent_at AS sent_at
FROM attempts
JOIN jobs ON jobs.id = attempts.job_id
WHERE attempts.key_id = :key_id AND attempts.sent_at >= :since AND attempts.sent_at <= :until AND jobs.model = :model
    AND (
        jobs.status IN ('submitting', 'unconfirmed')
        OR jobs.unknown_creates > 0
        OR (jobs.prediction_id IS NULL AND jobs.status IN ('cancelling', 'cancelled', 'failed'))
    )
ORDER BY attempts.sent_at;

-- name: job_of_prediction(provider, prediction_id)$
SELECT id FROM jobs WHERE provider = :provider AND prediction_id = :prediction_id;

-- name: queued(provider, created_before, most)
-- What is held (pauses.sql) waits for nothing that could be in vain.
SELECT * FROM jobs
WHERE status = 'queued' AND not_before = 0 AND provider = :provider AND created_at <= :created_before
UNION ALL
SELECT * FROM jobs
WHERE status = 'queued' AND not_before > 0 AND not_before < 253402300799999 AND provider = :provider
    AND created_at <= :created_before
LIMIT CAST(:most AS BIGINT);

-- name: count_unknown_creates()$
SELECT COALESCE(SUM(unknown_creates), 0) FROM jobs WHERE unknown_creates > 0;

-- name: untold_losses(since)
SELECT * FROM jobs
WHERE unknown_creates > 0 AND unknown_creates > unknown_told AND created_at > :since
ORDER BY created_at;

-- name: mark_losses_told(id, told)!
UPDATE jobs SET unknown_told = :told WHERE id = :id AND unknown_told < :told;
