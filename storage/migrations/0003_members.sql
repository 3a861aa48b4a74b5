-- What members keep and decide beside their jobs. Times are UTC milliseconds, ids of people and places are Discord's.

-- ── Presets and defaults ─────────────────────────────────────────────────────

-- Options under a name. An owner has a name once, whatever its case: `name_key` is its compared form.
CREATE TABLE presets (
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('user', 'server')),
    owner_id BIGINT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    style TEXT NOT NULL,
    options TEXT NOT NULL,
    saved_by BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id, name_key)
);

-- What is taken where nothing was typed. `metadata`: whether images carry their parameters; null: undecided.
CREATE TABLE defaults (
    owner_kind TEXT NOT NULL CHECK (owner_kind IN ('user', 'server')),
    owner_id BIGINT NOT NULL,
    options TEXT NOT NULL,
    metadata INTEGER CHECK (metadata IN (0, 1)),
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (owner_kind, owner_id)
);

-- ── History ──────────────────────────────────────────────────────────────────

-- When its user deleted what was posted: their history shows it no more. The row keeps its words and numbers.
ALTER TABLE jobs ADD COLUMN hidden_at BIGINT;

-- A history is read page by page along the jobs' ids, which sort by their creation.
DROP INDEX jobs_of_user;
DROP INDEX jobs_kept_of_user;
CREATE INDEX jobs_shown_of_user ON jobs (guild_id, user_id, id) WHERE status = 'delivered' AND hidden_at IS NULL;
CREATE INDEX jobs_kept_of_user ON jobs (guild_id, user_id, id) WHERE status = 'undelivered' AND removed_at IS NULL;

-- Results that their users have marked.
CREATE TABLE favourites (
    user_id BIGINT NOT NULL,
    guild_id BIGINT NOT NULL,
    job_id TEXT NOT NULL REFERENCES jobs (id),
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, guild_id, job_id)
);

-- ── The queue ────────────────────────────────────────────────────────────────

-- How many jobs an API was sent: by it the lowest class gets its turn. Counted in the row that serves as the lock.
ALTER TABLE queues ADD COLUMN claims BIGINT NOT NULL DEFAULT 0;

-- How many jobs its interaction makes.
ALTER TABLE jobs ADD COLUMN batch INTEGER NOT NULL DEFAULT 1 CHECK (batch >= 1);

CREATE INDEX jobs_open_of_user ON jobs (guild_id, user_id, id)
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling');

-- Several jobs of one interaction, and the message that sums them up.
CREATE TABLE batches (
    interaction_id BIGINT NOT NULL PRIMARY KEY,
    message_id BIGINT NOT NULL,
    -- when the message said how all of them ended, or nothing could be said there any more
    closed_at BIGINT
);

CREATE INDEX batches_open ON batches (interaction_id) WHERE closed_at IS NULL;

-- ── Reports ──────────────────────────────────────────────────────────────────

-- What a member finds wrong with an image. `told_at`: when the operator's channel was told of it.
CREATE TABLE reports (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    user_id BIGINT NOT NULL,
    guild_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    message_id BIGINT,
    reason TEXT NOT NULL,
    reported_at BIGINT NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (job_id, user_id)
);

CREATE INDEX reports_untold ON reports (reported_at) WHERE told_at IS NULL;

-- From a message back to its job.
CREATE INDEX posts_message ON posts (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX jobs_posted_message ON jobs (posted_message_id) WHERE posted_message_id IS NOT NULL;

-- ── LoRA library ─────────────────────────────────────────────────────────────

-- A server has a name once, whatever its case: `name_key` is its compared form. `models` and `triggers` are JSON lists.
CREATE TABLE loras (
    id TEXT NOT NULL PRIMARY KEY,
    guild_id BIGINT NOT NULL,
    name_key TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    source TEXT NOT NULL CHECK (source <> ''),
    models TEXT NOT NULL,
    triggers TEXT NOT NULL,
    scale DOUBLE PRECISION,
    age_restricted INTEGER NOT NULL CHECK (age_restricted IN (0, 1)),
    approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
    added_by BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    UNIQUE (guild_id, name_key)
);

-- Small pictures, apart, so that the start reads the entries without them.
CREATE TABLE lora_previews (
    lora_id TEXT NOT NULL PRIMARY KEY REFERENCES loras (id) ON DELETE CASCADE,
    picture BYTEA NOT NULL
);

CREATE TABLE library_rules (
    guild_id BIGINT NOT NULL PRIMARY KEY,
    approval INTEGER NOT NULL CHECK (approval IN (0, 1)),
    raw_sources INTEGER NOT NULL CHECK (raw_sources IN (0, 1))
);
