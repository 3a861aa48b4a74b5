-- name: costs(guild_id, since, until)
-- What was ordered within a time, by user, model and day (UTC). What an API has reported counts where the job's row says
-- so; a create that was given up is taken to cost its job's estimate, which the ledger has once the job has ended: as
-- `jobs.quota.cost_of`.
SELECT
    ledger.user_id, jobs.model, ledger.charged_at / 86400000 AS day,
    SUM(CASE WHEN ledger.kind = 'reserve' THEN 1 ELSE 0 END) AS jobs,
    SUM(ledger.images) AS images,
    CAST(
        SUM(
            ledger.cost + CASE
                WHEN jobs.status IN ('delivered', 'undelivered', 'cancelled', 'failed') THEN 0
                ELSE jobs.unknown_creates * jobs.estimated_cost
            END
        ) AS BIGINT
    ) AS cost,
    CAST(SUM(CASE WHEN ledger.kind = 'reserve' THEN 0 ELSE COALESCE(jobs.cost, 0) END) AS BIGINT) AS reported,
    CAST(
        SUM(CASE WHEN ledger.kind = 'reserve' THEN jobs.unknown_creates * jobs.estimated_cost ELSE 0 END) AS BIGINT
    ) AS lost
FROM ledger
JOIN jobs ON jobs.id = ledger.job_id
WHERE ledger.guild_id = :guild_id AND ledger.charged_at >= :since AND ledger.charged_at < :until
GROUP BY ledger.user_id, jobs.model, ledger.charged_at / 86400000;

-- name: job_costs(guild_id, since, before, before_id, most)
-- Job by job, the newest first.
SELECT
    jobs.id, ledger.charged_at, ledger.user_id, jobs.model, jobs.status, jobs.estimated_cost, jobs.cost AS reported,
    jobs.unknown_creates,
    (SELECT SUM(entries.images) FROM ledger AS entries WHERE entries.job_id = jobs.id) AS images,
    (SELECT CAST(SUM(entries.cost) AS BIGINT) FROM ledger AS entries WHERE entries.job_id = jobs.id) + CASE
        WHEN jobs.status IN ('delivered', 'undelivered', 'cancelled', 'failed') THEN 0
        ELSE jobs.unknown_creates * jobs.estimated_cost
    END AS cost
FROM ledger
JOIN jobs ON jobs.id = ledger.job_id
WHERE ledger.guild_id = :guild_id AND ledger.charged_at >= :since AND ledger.kind = 'reserve'
    AND (ledger.charged_at, ledger.job_id) < (CAST(:before AS BIGINT), CAST(:before_id AS TEXT))
ORDER BY ledger.charged_at DESC, ledger.job_id DESC
LIMIT CAST(:most AS BIGINT);

-- name: claim_warning(guild_id, period, percent, cap, now, told_at)^
-- A warning of the same cap, or of a higher one, stays as it is.
INSERT INTO spend_warnings (guild_id, period, percent, cap, claimed_at, told_at)
VALUES (:guild_id, :period, :percent, :cap, :now, CAST(:told_at AS BIGINT))
ON CONFLICT (guild_id, period, percent)
DO UPDATE SET cap = excluded.cap, claimed_at = excluded.claimed_at, told_at = excluded.told_at
WHERE spend_warnings.cap < excluded.cap
RETURNING percent;

-- name: untold_warnings(day, month)
SELECT guild_id, period, percent, cap FROM spend_warnings WHERE told_at IS NULL AND period IN (:day, :month);

-- name: mark_warning_told(guild_id, period, percent, cap, now)!
UPDATE spend_warnings SET told_at = :now
WHERE guild_id = :guild_id AND period = :period AND percent = :percent AND cap = :cap;
