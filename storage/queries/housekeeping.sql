-- name: old_jobs(before, most)
-- Finished jobs whose words are still kept, the oldest first.
SELECT * FROM jobs
WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed') AND created_at < :before
ORDER BY created_at
LIMIT CAST(:most AS BIGINT);

-- name: kept_jobs(most)
-- Undelivered jobs whose images are still kept, the oldest first.
SELECT * FROM jobs
WHERE status = 'undelivered' AND removed_at IS NULL
ORDER BY completed_at
LIMIT CAST(:most AS BIGINT);

-- name: remove_words(id, request, now)^
-- The numbers stay. A failure that has no words left is told no more; that images were dropped still is.
UPDATE jobs
SET removed_at = :now, request = :request, loras = 0, images = '[]',
    told_at = CASE WHEN status = 'undelivered' THEN told_at ELSE COALESCE(told_at, :now) END,
    reply_token = '', reply_expires_at = 0, webhook_token = '', webhook_secret = '',
    failure_user_message = CASE WHEN failure_user_message IS NULL THEN NULL ELSE '' END,
    failure_detail = CASE WHEN failure_detail IS NULL THEN NULL ELSE '' END
WHERE id = :id AND removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed')
RETURNING *;

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
