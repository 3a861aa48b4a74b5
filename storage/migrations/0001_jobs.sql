-- Jobs, the quota's ledger, the creates that were sent, and the fair queue.
-- Times are UTC milliseconds, money is micro-dollars, ids of people and places are Discord's snowflakes.

-- One row a user: written first by every admission, so that one user's admissions happen one after the other.
CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY,
    last_order_at BIGINT NOT NULL
);

CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY CHECK (LENGTH(id) = 20),
    interaction_id BIGINT NOT NULL,
    idx INTEGER NOT NULL CHECK (idx >= 0),
    guild_id BIGINT NOT NULL,
    channel_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    locale TEXT NOT NULL,
    private INTEGER NOT NULL CHECK (private IN (0, 1)),
    application_id BIGINT NOT NULL,
    reply_token TEXT NOT NULL,
    reply_expires_at BIGINT NOT NULL,
    reply_message_id BIGINT,
    upload_limit BIGINT NOT NULL CHECK (upload_limit > 0),
    source TEXT,
    provider TEXT NOT NULL,
    model TEXT NOT NULL,
    request TEXT NOT NULL,
    loras INTEGER NOT NULL CHECK (loras >= 0),
    status TEXT NOT NULL CHECK (status IN (
        'queued', 'submitting', 'unconfirmed', 'running', 'delivering',
        'delivered', 'undelivered', 'cancelling', 'cancelled', 'failed'
    )),
    priority INTEGER NOT NULL,
    start_tag BIGINT NOT NULL CHECK (start_tag >= 0),
    -- 0: may be sent now; otherwise it waits, and the first claim after that moment sets it to 0
    not_before BIGINT NOT NULL CHECK (not_before >= 0),
    created_at BIGINT NOT NULL,
    estimated_cost BIGINT NOT NULL CHECK (estimated_cost >= 0),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    key_id TEXT,
    submitted_at BIGINT,
    accepted_at BIGINT,
    prediction_id TEXT,
    webhook_token TEXT NOT NULL,
    webhook_secret TEXT NOT NULL,
    next_poll_at BIGINT,
    polls INTEGER NOT NULL CHECK (polls >= 0),
    completed_at BIGINT,
    finished_at BIGINT,
    cost BIGINT CHECK (cost >= 0),
    images TEXT NOT NULL,
    posted_channel_id BIGINT,
    posted_message_id BIGINT,
    failure_reason TEXT,
    failure_user_message TEXT,
    failure_detail TEXT,
    UNIQUE (interaction_id, idx),
    CHECK (status NOT IN ('submitting', 'unconfirmed', 'running') OR key_id IS NOT NULL),
    CHECK (status <> 'running' OR prediction_id IS NOT NULL),
    CHECK (status NOT IN ('delivering', 'delivered', 'undelivered') OR completed_at IS NOT NULL),
    CHECK (status <> 'delivered' OR posted_message_id IS NOT NULL),
    CHECK ((posted_channel_id IS NULL) = (posted_message_id IS NULL)),
    CHECK ((next_poll_at IS NULL) = (status NOT IN ('running', 'unconfirmed'))),
    CHECK ((finished_at IS NULL) = (status NOT IN ('delivered', 'cancelled', 'failed'))),
    CHECK ((failure_reason IS NULL) = (status <> 'failed')),
    CHECK ((failure_reason IS NULL) = (failure_user_message IS NULL))
);

CREATE UNIQUE INDEX jobs_prediction ON jobs (provider, prediction_id) WHERE prediction_id IS NOT NULL;

-- What may be claimed now, in the order of the claim; what waits for its `not_before` is in the next one.
CREATE INDEX jobs_ready ON jobs (provider, priority, start_tag, id) WHERE status = 'queued' AND not_before = 0;
CREATE INDEX jobs_waiting ON jobs (provider, not_before) WHERE status = 'queued' AND not_before > 0;

CREATE INDEX jobs_at_the_api ON jobs (provider, key_id)
WHERE status IN ('submitting', 'unconfirmed', 'running', 'cancelling');

CREATE INDEX jobs_due ON jobs (next_poll_at) WHERE status IN ('running', 'unconfirmed');

CREATE INDEX jobs_unfinished ON jobs (created_at, id, status)
WHERE status IN ('queued', 'submitting', 'unconfirmed', 'running', 'delivering', 'cancelling');

CREATE INDEX jobs_durations ON jobs (model, completed_at, submitted_at) WHERE status = 'delivered';

CREATE INDEX jobs_of_user ON jobs (guild_id, user_id, created_at);
CREATE INDEX jobs_with_lora ON jobs (guild_id, user_id, created_at) WHERE loras > 0;
CREATE INDEX jobs_press ON jobs (user_id, source, created_at) WHERE source IS NOT NULL;

-- Append-only. Usage is the sum of `images` over a range of `charged_at`, the moment of the reservation.
CREATE TABLE ledger (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    kind TEXT NOT NULL,
    guild_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    images INTEGER NOT NULL,
    charged_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (job_id, kind),
    CHECK (
        (kind = 'reserve' AND images > 0)
        OR (kind = 'settle' AND images <= 0)
        OR (kind = 'refund' AND images < 0)
    )
);

CREATE UNIQUE INDEX ledger_ends_once ON ledger (job_id) WHERE kind IN ('settle', 'refund');
CREATE INDEX ledger_window ON ledger (guild_id, user_id, charged_at, images);

-- Every create, timed at its send: creates a minute are counted here, so the limit outlives a restart.
CREATE TABLE attempts (
    job_id TEXT NOT NULL REFERENCES jobs (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    key_id TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (job_id, number)
);

CREATE INDEX attempts_minute ON attempts (key_id, sent_at);

-- Start-time fair queueing: the start tag claimed last, and where each user's last job ends.
CREATE TABLE queues (
    provider TEXT NOT NULL,
    priority INTEGER NOT NULL,
    virtual_time BIGINT NOT NULL,
    PRIMARY KEY (provider, priority)
);

CREATE TABLE queue_users (
    provider TEXT NOT NULL,
    priority INTEGER NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    finish_tag BIGINT NOT NULL,
    PRIMARY KEY (provider, priority, user_id)
);
