-- What admins and the operator decide, what it cost, and who was told. Times are UTC milliseconds, money is micro-dollars,
-- ids of people and places are Discord's; -1 in the place of a server is the whole bot.

-- ── Rules ────────────────────────────────────────────────────────────────────

-- All that is decided for a server, as JSON: it is held in memory and read once, at the start.
CREATE TABLE server_rules (
    guild_id BIGINT NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL,
    -- as the rules say: no claim takes a job of a server that is paused
    paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
    changed_at BIGINT NOT NULL
);

-- What servers had decided about their LoRA libraries is one of the rules now.
INSERT INTO server_rules (guild_id, rules, changed_at)
SELECT guild_id,
    '{"library":{"approval":' || CASE approval WHEN 1 THEN 'true' ELSE 'false' END
        || ',"raw_sources":"' || CASE raw_sources WHEN 1 THEN 'everyone' ELSE 'nobody' END || '"}}',
    0
FROM library_rules;
DROP TABLE library_rules;

-- Append-only: who changed what, from what, to what.
CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    guild_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    -- whether the server's audit channel, if it has one, was told
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
);

CREATE INDEX audit_of_guild ON audit (guild_id, id);
CREATE INDEX audit_untold ON audit (guild_id, id) WHERE told = 0;

-- ── People ───────────────────────────────────────────────────────────────────

CREATE TABLE bans (
    guild_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    banned_by BIGINT NOT NULL,
    banned_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (guild_id, user_id)
);

-- Images beside the windows, once, until they are used or expire. `used` is changed with the ledger, in one transaction.
CREATE TABLE grants (
    guild_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    images INTEGER NOT NULL CHECK (images > 0),
    used INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
    expires_at BIGINT NOT NULL,
    granted_by BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (guild_id, user_id),
    CHECK (used <= images)
);

-- What was charged before `since` counts in no window any more.
CREATE TABLE quota_resets (
    guild_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (guild_id, user_id)
);

-- The roles its user had when it was ordered, as a JSON list: by them its user's allowance is told with the result.
ALTER TABLE jobs ADD COLUMN roles TEXT NOT NULL DEFAULT '[]';
-- Whether its images are covered until somebody wants to see them.
ALTER TABLE jobs ADD COLUMN spoiler INTEGER NOT NULL DEFAULT 0 CHECK (spoiler IN (0, 1));

-- ── Money ────────────────────────────────────────────────────────────────────

-- What a job is taken to cost: first the estimate, at its end what the API reported; and of its images those that a grant
-- paid for, with that grant's moment.
ALTER TABLE ledger ADD COLUMN cost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN granted_at BIGINT;

-- A create that was given up may have been paid: it counts as spent.
UPDATE ledger SET cost = (
    SELECT CASE ledger.kind
        WHEN 'reserve' THEN jobs.estimated_cost
        WHEN 'settle' THEN COALESCE(jobs.cost, jobs.estimated_cost) + (jobs.unknown_creates - 1) * jobs.estimated_cost
        ELSE COALESCE(jobs.cost, CASE WHEN jobs.images = '[]' THEN 0 ELSE jobs.estimated_cost END)
            + (jobs.unknown_creates - 1) * jobs.estimated_cost
    END
    FROM jobs WHERE jobs.id = ledger.job_id
);

-- The ledger's sums by calendar day (UTC, days since 1970-01-01) of the order, changed with it in one transaction.
CREATE TABLE spend (
    guild_id BIGINT NOT NULL,
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (guild_id, day)
);

INSERT INTO spend (guild_id, day, amount)
SELECT guild_id, charged_at / 86400000, SUM(cost) FROM ledger GROUP BY guild_id, charged_at / 86400000;
INSERT INTO spend (guild_id, day, amount)
SELECT -1, charged_at / 86400000, SUM(cost) FROM ledger GROUP BY charged_at / 86400000;

CREATE INDEX ledger_of_guild ON ledger (guild_id, charged_at, job_id);

DROP INDEX ledger_window;
CREATE INDEX ledger_window ON ledger (guild_id, user_id, charged_at, images, granted);

-- How much of a cap is spent, told once: `period` is a day (2026-11-21) or a month (2026-11); a higher cap is told of anew.
-- Claimed before it is told; what no process came to tell has no `told_at`.
CREATE TABLE spend_warnings (
    guild_id BIGINT NOT NULL,
    period TEXT NOT NULL,
    percent INTEGER NOT NULL,
    cap BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    told_at BIGINT,
    PRIMARY KEY (guild_id, period, percent)
);

CREATE INDEX spend_warnings_untold ON spend_warnings (period) WHERE told_at IS NULL;

-- ── Reports ──────────────────────────────────────────────────────────────────

-- What became of the reports of one image: the message that gathers them for a server's moderators, and their decision.
CREATE TABLE report_cases (
    job_id TEXT NOT NULL PRIMARY KEY REFERENCES jobs (id),
    channel_id BIGINT,
    message_id BIGINT,
    decision TEXT CHECK (decision IN ('removed', 'dismissed')),
    decided_by BIGINT,
    decided_at BIGINT,
    CHECK ((channel_id IS NULL) = (message_id IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK ((decision IS NULL) = (decided_at IS NULL))
);

-- Decided by somebody who wants to be forgotten.
CREATE INDEX report_cases_by ON report_cases (decided_by) WHERE decided_by IS NOT NULL;

-- ── People's rights ──────────────────────────────────────────────────────────

-- Who has asked for their data to be deleted: noted first, so that a restart goes on with it; gone when it is done.
CREATE TABLE deletions (
    user_id BIGINT NOT NULL PRIMARY KEY,
    asked_at BIGINT NOT NULL
);

-- The pseudonyms of those whose data were deleted: negative, made with a key that is not in this database. `key_id` tells
-- which key it was, not what it is.
CREATE TABLE former_members (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id < 0),
    key_id TEXT NOT NULL
);

-- What is to be removed is looked for server by server: each may keep it for another time.
DROP INDEX jobs_to_remove;
CREATE INDEX jobs_to_remove ON jobs (guild_id, created_at)
WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed');

-- Servers that the bot was removed from; after the grace their data are deleted.
CREATE TABLE departures (
    guild_id BIGINT NOT NULL PRIMARY KEY,
    left_at BIGINT NOT NULL
);

-- What a person has reported.
CREATE INDEX reports_of_user ON reports (user_id);
CREATE INDEX reports_of_guild ON reports (guild_id);
