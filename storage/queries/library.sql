-- name: library_entries()
-- All of them, once, at the start: they are held in memory.
SELECT loras.*, EXISTS (SELECT 1 FROM lora_previews WHERE lora_id = loras.id) AS has_preview FROM loras;

-- name: save_library_entry(id, guild_id, name_key, name, source, models, triggers, scale, age_restricted, approved, added_by, added_at)!
INSERT INTO loras (
    id, guild_id, name_key, name, source, models, triggers, scale, age_restricted, approved, added_by, added_at
)
VALUES (
    :id, :guild_id, :name_key, :name, :source, :models, :triggers, :scale, :age_restricted, :approved,
    :added_by, :added_at
)
ON CONFLICT (id) DO UPDATE
SET name_key = excluded.name_key, name = excluded.name, source = excluded.source, models = excluded.models,
    triggers = excluded.triggers, scale = excluded.scale, age_restricted = excluded.age_restricted,
    approved = excluded.approved;

-- name: remove_library_entry(id)!
DELETE FROM loras WHERE id = :id;

-- name: remove_library_preview(id)!
DELETE FROM lora_previews WHERE lora_id = :id;

-- name: save_library_preview(id, picture)!
INSERT INTO lora_previews (lora_id, picture) VALUES (:id, :picture)
ON CONFLICT (lora_id) DO UPDATE SET picture = excluded.picture;

-- name: library_preview(id)$
SELECT picture FROM lora_previews WHERE lora_id = :id;
