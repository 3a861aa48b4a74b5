-- name: server_rules()
-- All of them, once, at the start: they are held in memory.
SELECT guild_id, rules FROM server_rules;

-- name: save_server_rules(guild_id, rules, now)!
INSERT INTO server_rules (guild_id, rules, changed_at) VALUES (:guild_id, :rules, :now)
ON CONFLICT (guild_id) DO UPDATE SET rules = excluded.rules, changed_at = excluded.changed_at;

-- name: note_change(id, guild_id, now, actor_id, action, target, before, after)!
INSERT INTO audit (id, guild_id, at, actor_id, action, target, old_value, new_value)
VALUES (:id, :guild_id, :now, :actor_id, :action, :target, :before, :after);

-- name: changes(guild_id, before, limit)
SELECT * FROM audit
WHERE guild_id = :guild_id AND id < :before
ORDER BY id DESC
LIMIT CAST(:limit AS BIGINT);
