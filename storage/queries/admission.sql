-- name: lock_user(user_id, now)!
-- First of every admission: until the commit, no other admission of this user passes here.
INSERT INTO users (id, last_order_at) VALUES (:user_id, :now)
ON CONFLICT (id) DO UPDATE SET last_order_at = excluded.last_order_at;

-- name: job_of_interaction(interaction_id, idx)^
SELECT * FROM jobs WHERE interaction_id = :interaction_id AND idx = :idx;

-- name: job_of_press(user_id, source, interaction_id, since)^
-- Jobs of one and the same interaction are no repeated press.
SELECT * FROM jobs
WHERE user_id = :user_id AND source = :source AND created_at > :since AND interaction_id <> :interaction_id
ORDER BY created_at DESC
LIMIT 1;

-- name: charges(guild_id, user_id, former_id, since)
-- What was charged after `since` and what was given back of that; images that a grant paid for do not count. Whoever
-- reads it sums it up by the moment: grouping both here would build a tree for each order.
SELECT charged_at, images - granted AS images FROM ledger
WHERE guild_id = :guild_id AND user_id = :user_id AND charged_at > :since
UNION ALL
SELECT charged_at, images - granted AS images FROM ledger
WHERE guild_id = :guild_id AND user_id = CAST(:former_id AS BIGINT) AND charged_at > :since;

-- name: use_grant(guild_id, user_id, granted_at, images)!
-- `images` below 0 are given back, unless another grant has taken that one's place.
UPDATE grants SET used = used + :images
WHERE guild_id = :guild_id AND user_id = :user_id AND granted_at = :granted_at;

-- name: add_spend(guild_id, day, amount)!
INSERT INTO spend (guild_id, day, amount) VALUES (:guild_id, :day, :amount)
ON CONFLICT (guild_id, day) DO UPDATE SET amount = spend.amount + excluded.amount;

-- name: spent_between(guild_id, first, last)$
-- The ledger's sum of some days, and what it has only once their jobs have ended: creates that were given up, each at its
-- job's estimate. Both in one statement, so that a job that ends meanwhile counts once. Of unfinished jobs `NOT IN` leaves
-- the long index out: the other one holds nothing but jobs with such creates.
SELECT CAST(
    (
        SELECT COALESCE(SUM(amount), 0) FROM spend
        WHERE guild_id = :guild_id AND day BETWEEN CAST(:first AS BIGINT) AND CAST(:last AS BIGINT)
    ) + (
        SELECT COALESCE(SUM(unknown_creates * estimated_cost), 0) FROM jobs
        WHERE unknown_creates > 0 AND status NOT IN ('delivered', 'undelivered', 'cancelled', 'failed')
            AND created_at >= CAST(:first AS BIGINT) * 86400000
            AND created_at < (CAST(:last AS BIGINT) + 1) * 86400000
            AND :guild_id IN (-1, guild_id)
    ) AS BIGINT
);

-- name: count_waiting(guild_id, user_id)$
SELECT COUNT(*) FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND status = 'queued' AND guild_id = :guild_id AND user_id = :user_id;

-- name: open_batch(interaction_id, message_id)!
INSERT INTO batches (interaction_id, message_id) VALUES (:interaction_id, :message_id);

-- name: next_start_tag(provider, priority, user_id)$
-- S = max(V, F of the user); both are 0 until there is a first.
SELECT COALESCE(MAX(tag), 0) AS start_tag
FROM (
    SELECT virtual_time AS tag FROM queues WHERE provider = :provider AND priority = :priority
    UNION ALL
    SELECT finish_tag AS tag FROM queue_users
    WHERE provider = :provider AND priority = :priority AND user_id = :user_id
) AS tags;

-- name: set_finish_tag(provider, priority, user_id, finish_tag)!
INSERT INTO queue_users (provider, priority, user_id, finish_tag)
VALUES (:provider, :priority, :user_id, :finish_tag)
ON CONFLICT (provider, priority, user_id) DO UPDATE SET finish_tag = excluded.finish_tag;

-- name: insert_job(id, interaction_id, idx, guild_id, channel_id, user_id, locale, private, application_id, reply_token, reply_expires_at, reply_message_id, upload_limit, source, roles, spoiler, provider, model, request, loras, priority, batch, start_tag, created_at, estimated_cost, webhook_token, webhook_secret)!
INSERT INTO jobs (
    id, interaction_id, idx, guild_id, channel_id, user_id, locale, private,
    application_id, reply_token, reply_expires_at, reply_message_id, upload_limit, source,
    roles, spoiler, provider, model, request, loras, status, priority, batch, start_tag, not_before,
    created_at, estimated_cost, attempts, webhook_token, webhook_secret, polls, images
)
VALUES (
    :id, :interaction_id, :idx, :guild_id, :channel_id, :user_id, :locale, :private,
    :application_id, :reply_token, :reply_expires_at, :reply_message_id, :upload_limit, :source,
    :roles, :spoiler, :provider, :model, :request, :loras, 'queued', :priority, :batch, :start_tag, 0,
    :created_at, :estimated_cost, 0, :webhook_token, :webhook_secret, 0, '[]'
);

-- name: reserve(job_id, guild_id, user_id, images, cost, granted, granted_at, now)!
INSERT INTO ledger (job_id, kind, guild_id, user_id, images, cost, granted, granted_at, charged_at, recorded_at)
VALUES (:job_id, 'reserve', :guild_id, :user_id, :images, :cost, :granted, :granted_at, :now, :now);
