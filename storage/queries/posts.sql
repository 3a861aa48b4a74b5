-- name: posts(job_id)
SELECT * FROM posts WHERE job_id = :job_id;

-- name: begin_post(job_id, part, channel_id, now)!
-- A repetition in the same channel keeps the first moment: from there on its message is looked for.
INSERT INTO posts (job_id, part, channel_id, begun_at)
VALUES (:job_id, :part, :channel_id, :now)
ON CONFLICT (job_id, part) DO UPDATE
SET begun_at = CASE WHEN posts.channel_id = excluded.channel_id THEN posts.begun_at ELSE excluded.begun_at END,
    channel_id = excluded.channel_id
WHERE posts.message_id IS NULL;

-- name: name_post(job_id, part, channel_id, message_id, now)!
INSERT INTO posts (job_id, part, channel_id, message_id, begun_at, posted_at)
VALUES (:job_id, :part, :channel_id, :message_id, :now, :now)
ON CONFLICT (job_id, part) DO UPDATE
SET channel_id = excluded.channel_id, message_id = excluded.message_id, posted_at = excluded.posted_at;

-- name: forget_post(job_id, part)!
DELETE FROM posts WHERE job_id = :job_id AND part = :part AND message_id IS NULL;

-- name: job_of_message(message_id)^
SELECT * FROM jobs
WHERE id = (
    SELECT job_id FROM posts WHERE message_id = :message_id
    UNION ALL
    SELECT id FROM jobs WHERE posted_message_id = :message_id
    LIMIT 1
);
