-- Along the ledger, so that a page costs what is on it, however long the history before it is; by the ledger's user, which
-- is nobody's any more once they had their data deleted.

-- name: counted_of_guild(guild_id, since, until, most)
SELECT
    reserved.charged_at, reserved.user_id, jobs.model, jobs.status, jobs.submitted_at, jobs.completed_at,
    reserved.images + COALESCE(ended.images, 0) AS images,
    reserved.cost + COALESCE(ended.cost, jobs.unknown_creates * jobs.estimated_cost) AS cost
FROM ledger AS reserved
JOIN jobs ON jobs.id = reserved.job_id
LEFT JOIN ledger AS ended ON ended.job_id = reserved.job_id AND ended.kind IN ('settle', 'refund')
WHERE reserved.kind = 'reserve' AND reserved.guild_id = :guild_id
    AND reserved.charged_at >= :since AND reserved.charged_at < :until
ORDER BY reserved.charged_at
LIMIT CAST(:most AS BIGINT);

-- name: counted_of_user(guild_id, user_id, since, until, most)
SELECT
    reserved.charged_at, reserved.user_id, jobs.model, jobs.status, jobs.submitted_at, jobs.completed_at,
    reserved.images + COALESCE(ended.images, 0) AS images,
    reserved.cost + COALESCE(ended.cost, jobs.unknown_creates * jobs.estimated_cost) AS cost
FROM ledger AS reserved
JOIN jobs ON jobs.id = reserved.job_id
LEFT JOIN ledger AS ended ON ended.job_id = reserved.job_id AND ended.kind IN ('settle', 'refund')
WHERE reserved.kind = 'reserve' AND reserved.guild_id = :guild_id AND reserved.user_id = :user_id
    AND reserved.charged_at >= :since AND reserved.charged_at < :until
ORDER BY reserved.charged_at
LIMIT CAST(:most AS BIGINT);
