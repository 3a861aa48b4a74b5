-- name: server_rules()
-- All of them, once, at the start: they are held in memory.
SELECT guild_id, rules FROM server_rules;

-- name: save_server_rules(guild_id, rules, paused, now)!
INSERT INTO server_rules (guild_id, rules, paused, changed_at) VALUES (:guild_id, :rules, :paused, :now)
ON CONFLICT (guild_id) DO UPDATE
SET rules = excluded.rules, paused = excluded.paused, changed_at = excluded.changed_at;

-- name: note_change(id, guild_id, now, actor_id, action, target, before, after)!
INSERT INTO audit (id, guild_id, at, actor_id, action, target, old_value, new_value)
VALUES (:id, :guild_id, :now, :actor_id, :action, :target, :before, :after);

-- name: changes(guild_id, before, limit)
SELECT * FROM audit
WHERE guild_id = :guild_id AND id < :before
ORDER BY id DESC
LIMIT CAST(:limit AS BIGINT);

-- name: untold_servers()
SELECT DISTINCT guild_id FROM audit WHERE told = 0;

-- name: untold_changes(guild_id, limit)
SELECT * FROM audit
WHERE told = 0 AND guild_id = :guild_id
ORDER BY id
LIMIT CAST(:limit AS BIGINT);

-- name: mark_change_told(id)!
UPDATE audit SET told = 1 WHERE id = :id;

-- name: count_untold_changes(guild_id)$
SELECT COUNT(*) FROM audit WHERE told = 0 AND guild_id = :guild_id;
