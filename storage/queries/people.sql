-- name: bans(now)
-- Once, at the start: they are held in memory.
SELECT * FROM bans WHERE expires_at IS NULL OR expires_at > :now;

-- name: save_ban(guild_id, user_id, reason, banned_by, banned_at, expires_at)!
INSERT INTO bans (guild_id, user_id, reason, banned_by, banned_at, expires_at)
VALUES (:guild_id, :user_id, :reason, :banned_by, :banned_at, :expires_at)
ON CONFLICT (guild_id, user_id) DO UPDATE
SET reason = excluded.reason, banned_by = excluded.banned_by, banned_at = excluded.banned_at,
    expires_at = excluded.expires_at;

-- name: remove_ban(guild_id, user_id)!
DELETE FROM bans WHERE guild_id = :guild_id AND user_id = :user_id;

-- name: quota_resets(after)
-- Once, at the start. What is older than the longest window makes no difference.
SELECT * FROM quota_resets WHERE since > :after;

-- name: save_quota_reset(guild_id, user_id, since)!
INSERT INTO quota_resets (guild_id, user_id, since) VALUES (:guild_id, :user_id, :since)
ON CONFLICT (guild_id, user_id) DO UPDATE SET since = excluded.since;

-- name: grant_in_force(guild_id, user_id, now)^
SELECT * FROM grants WHERE guild_id = :guild_id AND user_id = :user_id AND expires_at > :now;

-- name: grants_in_force(guild_id, now)
SELECT * FROM grants WHERE guild_id = :guild_id AND expires_at > :now AND used < images;

-- name: add_grant(guild_id, user_id, images, expires_at, granted_by, now)^
-- As long as the former one has not expired its moment stays, so that what is refunded finds it.
INSERT INTO grants (guild_id, user_id, images, expires_at, granted_by, granted_at)
VALUES (:guild_id, :user_id, :images, :expires_at, :granted_by, :now)
ON CONFLICT (guild_id, user_id) DO UPDATE
SET images = CASE WHEN grants.expires_at > excluded.granted_at THEN grants.images ELSE 0 END + excluded.images,
    used = CASE WHEN grants.expires_at > excluded.granted_at THEN grants.used ELSE 0 END,
    granted_at = CASE WHEN grants.expires_at > excluded.granted_at THEN grants.granted_at ELSE excluded.granted_at END,
    granted_by = excluded.granted_by,
    expires_at = CASE
        WHEN grants.expires_at > excluded.expires_at AND grants.used < grants.images THEN grants.expires_at
        ELSE excluded.expires_at
    END
RETURNING *;

-- name: remove_grant(guild_id, user_id)!
DELETE FROM grants WHERE guild_id = :guild_id AND user_id = :user_id;
