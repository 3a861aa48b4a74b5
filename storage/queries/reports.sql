-- name: add_report(job_id, user_id, guild_id, channel_id, message_id, reason, now)^
-- One a member and job: a later one changes nothing.
INSERT INTO reports (job_id, user_id, guild_id, channel_id, message_id, reason, reported_at)
VALUES (:job_id, :user_id, :guild_id, :channel_id, :message_id, :reason, :now)
ON CONFLICT (job_id, user_id) DO NOTHING
RETURNING job_id;

-- name: untold_reports(since)
SELECT * FROM reports WHERE told_at IS NULL AND reported_at > :since ORDER BY reported_at;

-- name: mark_report_told(job_id, user_id, now)!
UPDATE reports SET told_at = :now WHERE job_id = :job_id AND user_id = :user_id AND told_at IS NULL;

-- name: remove_report_words(job_id)!
UPDATE reports SET reason = '' WHERE job_id = :job_id;
