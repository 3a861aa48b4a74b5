-- name: presets()
-- All of them, once, at the start: they are held in memory.
SELECT * FROM presets;

-- name: defaults()
-- The same of everybody's defaults.
SELECT * FROM defaults;

-- name: save_preset(owner_kind, owner_id, name_key, name, style, options, saved_by, now)!
INSERT INTO presets (owner_kind, owner_id, name_key, name, style, options, saved_by, saved_at)
VALUES (:owner_kind, :owner_id, :name_key, :name, :style, :options, :saved_by, :now)
ON CONFLICT (owner_kind, owner_id, name_key) DO UPDATE
SET name = excluded.name, style = excluded.style, options = excluded.options,
    saved_by = excluded.saved_by, saved_at = excluded.saved_at;

-- name: rename_preset(owner_kind, owner_id, name_key, new_key, new_name)!
UPDATE presets SET name_key = :new_key, name = :new_name
WHERE owner_kind = :owner_kind AND owner_id = :owner_id AND name_key = :name_key;

-- name: remove_preset(owner_kind, owner_id, name_key)!
DELETE FROM presets WHERE owner_kind = :owner_kind AND owner_id = :owner_id AND name_key = :name_key;

-- name: save_defaults(owner_kind, owner_id, options, metadata, now)!
INSERT INTO defaults (owner_kind, owner_id, options, metadata, changed_at)
VALUES (:owner_kind, :owner_id, :options, :metadata, :now)
ON CONFLICT (owner_kind, owner_id) DO UPDATE
SET options = excluded.options, metadata = excluded.metadata, changed_at = excluded.changed_at;

-- name: remove_defaults(owner_kind, owner_id)!
DELETE FROM defaults WHERE owner_kind = :owner_kind AND owner_id = :owner_id;
