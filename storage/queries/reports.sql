-- name: add_report(job_id, user_id, guild_id, channel_id, message_id, reason, now)^
-- One a member and job: a later one changes nothing.
INSERT INTO reports (job_id, user_id, guild_id, channel_id, message_id, reason, reported_at)
VALUES (:job_id, :user_id, :guild_id, :channel_id, :message_id, :reason, :now)
ON CONFLICT (job_id, user_id) DO NOTHING
RETURNING job_id;

-- name: recent_reports(user_id, guild_id, since)^
-- A member's own are few, a server's may be many: the plus keeps the plan from going along those.
SELECT COUNT(*) AS reports, MIN(reported_at) AS earliest FROM reports
WHERE user_id = :user_id AND +guild_id = :guild_id AND reported_at > :since;

-- name: untold_reports(since)
SELECT * FROM reports WHERE told_at IS NULL AND reported_at > :since ORDER BY reported_at;

-- name: mark_report_told(job_id, user_id, now)!
UPDATE reports SET told_at = :now WHERE job_id = :job_id AND user_id = :user_id AND told_at IS NULL;

-- name: remove_report_words(job_id)!
UPDATE reports SET reason = '' WHERE job_id = :job_id;

-- name: reports_of_job(job_id)
SELECT * FROM reports WHERE job_id = :job_id ORDER BY user_id LIMIT 100;

-- name: report_case(job_id)^
SELECT * FROM report_cases WHERE job_id = :job_id;

-- name: name_report_message(job_id, channel_id, message_id)!
INSERT INTO report_cases (job_id, channel_id, message_id) VALUES (:job_id, :channel_id, :message_id)
ON CONFLICT (job_id) DO UPDATE SET channel_id = excluded.channel_id, message_id = excluded.message_id;

-- name: decide_reports(job_id, decision, decided_by, decided_at)^
-- Once; but what was dismissed can still be removed.
INSERT INTO report_cases (job_id, decision, decided_by, decided_at)
VALUES (:job_id, :decision, :decided_by, :decided_at)
ON CONFLICT (job_id) DO UPDATE
SET decision = excluded.decision, decided_by = excluded.decided_by, decided_at = excluded.decided_at
WHERE report_cases.decision IS NULL
    OR (report_cases.decision = 'dismissed' AND excluded.decision = 'removed')
RETURNING job_id;
