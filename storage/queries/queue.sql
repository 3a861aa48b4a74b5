-- name: open_jobs(guild_id, user_id, most)
-- A user's unfinished jobs in a server, along their ids, which sort by their creation.
SELECT * FROM jobs
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling')
    AND guild_id = :guild_id AND user_id = :user_id
ORDER BY id
LIMIT CAST(:most AS BIGINT);

-- name: recently_made(model, most)
SELECT request, completed_at - submitted_at AS duration FROM jobs
WHERE status = 'delivered' AND model = :model
ORDER BY completed_at DESC
LIMIT CAST(:most AS BIGINT);

-- name: batch(interaction_id)^
SELECT interaction_id, message_id FROM batches WHERE interaction_id = :interaction_id;

-- name: jobs_of_interaction(interaction_id)
SELECT * FROM jobs WHERE interaction_id = :interaction_id ORDER BY idx;

-- name: open_batches()
SELECT interaction_id FROM batches WHERE closed_at IS NULL ORDER BY interaction_id;

-- name: close_batch(interaction_id, now)!
UPDATE batches SET closed_at = :now WHERE interaction_id = :interaction_id AND closed_at IS NULL;
