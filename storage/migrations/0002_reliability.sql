-- What a restart has to know: who has been told, what was posted, which creates were never found again.

-- When the user learnt how the job ended: by its result, by a failure's message, or at a later command.
ALTER TABLE jobs ADD COLUMN told_at BIGINT;
-- When the answer to its last create was lost.
ALTER TABLE jobs ADD COLUMN doubted_at BIGINT;
-- Creates of this job that may have been paid although nothing ever came of them, looked for in vain.
ALTER TABLE jobs ADD COLUMN unknown_creates INTEGER NOT NULL DEFAULT 0 CHECK (unknown_creates >= 0);
-- Of how many of these the operator was told.
ALTER TABLE jobs ADD COLUMN unknown_told INTEGER NOT NULL DEFAULT 0 CHECK (unknown_told >= 0);
-- When the retention removed the prompt and whatever was kept of the result.
ALTER TABLE jobs ADD COLUMN removed_at BIGINT;

UPDATE jobs SET told_at = finished_at WHERE finished_at IS NOT NULL;

CREATE INDEX jobs_untold ON jobs (user_id, guild_id, created_at)
WHERE told_at IS NULL AND status IN ('undelivered', 'cancelled', 'failed');

-- Ended without images a while ago, and nobody told: what a start takes up again.
CREATE INDEX jobs_to_tell ON jobs (finished_at) WHERE told_at IS NULL AND status IN ('cancelled', 'failed');

CREATE INDEX jobs_kept_of_user ON jobs (guild_id, user_id, created_at) WHERE status = 'undelivered';

CREATE INDEX jobs_kept ON jobs (completed_at) WHERE status = 'undelivered' AND removed_at IS NULL;

CREATE INDEX jobs_to_remove ON jobs (created_at)
WHERE removed_at IS NULL AND status IN ('delivered', 'undelivered', 'cancelled', 'failed');

CREATE INDEX jobs_unknown ON jobs (created_at, unknown_creates, unknown_told) WHERE unknown_creates > 0;

-- Messages that cannot be sent twice without being seen twice: each is noted before its send, and named after it.
CREATE TABLE posts (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    part TEXT NOT NULL,
    channel_id BIGINT NOT NULL,
    message_id BIGINT,
    begun_at BIGINT NOT NULL,
    posted_at BIGINT,
    PRIMARY KEY (job_id, part),
    CHECK ((message_id IS NULL) = (posted_at IS NULL))
);

-- Written, emptied and read while there is trouble only: what tells that it is over.
CREATE TABLE probes (
    id INTEGER NOT NULL PRIMARY KEY,
    filler TEXT NOT NULL
);
