-- name: note_departure(guild_id, now)!
INSERT INTO departures (guild_id, left_at) VALUES (:guild_id, :now)
ON CONFLICT (guild_id) DO NOTHING;

-- name: forget_departure(guild_id)!
DELETE FROM departures WHERE guild_id = :guild_id;

-- name: departures(before)
SELECT guild_id, left_at FROM departures WHERE left_at <= :before;

-- name: guilds_with_data()
-- Once, when the bot knows which servers it is in. Along the jobs it is one step from server to server.
WITH RECURSIVE servers (id) AS (
    SELECT MIN(guild_id) FROM jobs
    WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed') AND guild_id > 0
    UNION ALL
    SELECT (
        SELECT MIN(guild_id) FROM jobs
        WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed')
            AND guild_id > servers.id
    )
    FROM servers WHERE servers.id IS NOT NULL
)
SELECT id AS guild_id FROM servers WHERE id IS NOT NULL
UNION ALL SELECT guild_id FROM server_rules WHERE guild_id > 0
UNION ALL SELECT owner_id FROM presets WHERE owner_kind = 'server'
UNION ALL SELECT owner_id FROM defaults WHERE owner_kind = 'server'
UNION ALL SELECT guild_id FROM loras
UNION ALL SELECT guild_id FROM bans WHERE guild_id > 0
UNION ALL SELECT guild_id FROM grants
UNION ALL SELECT guild_id FROM quota_resets;

-- name: remove_server_rules(guild_id)!
DELETE FROM server_rules WHERE guild_id = :guild_id;

-- name: remove_server_presets(guild_id)!
DELETE FROM presets WHERE owner_kind = 'server' AND owner_id = :guild_id;

-- name: remove_server_defaults(guild_id)!
DELETE FROM defaults WHERE owner_kind = 'server' AND owner_id = :guild_id;

-- name: entries_of_guild(guild_id, most)
SELECT id FROM loras WHERE guild_id = :guild_id LIMIT CAST(:most AS BIGINT);

-- name: remove_guild_audit(guild_id)!
DELETE FROM audit WHERE guild_id = :guild_id;

-- name: remove_guild_bans(guild_id)!
DELETE FROM bans WHERE guild_id = :guild_id;

-- name: remove_guild_grants(guild_id)!
DELETE FROM grants WHERE guild_id = :guild_id;

-- name: remove_guild_resets(guild_id)!
DELETE FROM quota_resets WHERE guild_id = :guild_id;

-- name: remove_guild_cases(guild_id)!
DELETE FROM report_cases WHERE job_id IN (SELECT job_id FROM reports WHERE guild_id = :guild_id);

-- name: remove_guild_reports(guild_id)!
DELETE FROM reports WHERE guild_id = :guild_id;

-- name: remove_guild_warnings(guild_id)!
DELETE FROM spend_warnings WHERE guild_id = :guild_id;
