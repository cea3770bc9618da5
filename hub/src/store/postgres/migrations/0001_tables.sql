-- Times are milliseconds since 1970-01-01 UTC; JSON is text, so that signed bytes stay as they are.
CREATE TABLE operators (
    corporate_number TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    mail TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    secret_sha256 TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('operator', 'authority', 'operations')),
    subject TEXT CHECK ((scope = 'operations') = (subject IS NULL)),
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE attachments (
    sha256 TEXT NOT NULL,
    owner TEXT NOT NULL,
    size BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (sha256, owner)
);

CREATE TABLE filings (
    id UUID PRIMARY KEY,
    receipt_number TEXT NOT NULL UNIQUE,
    corporate_number TEXT NOT NULL,
    operator_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    office_name TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    revision INTEGER NOT NULL,
    withdrawn_at BIGINT,
    event_seq INTEGER NOT NULL,
    event_head TEXT NOT NULL
);
CREATE INDEX filings_by_time ON filings (received_at DESC);
CREATE INDEX filings_by_operator ON filings (corporate_number, received_at DESC);

CREATE TABLE revisions (
    filing_id UUID NOT NULL REFERENCES filings,
    revision INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('submit', 'correct', 'withdraw')),
    received_at BIGINT NOT NULL,
    corporate_number TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    document TEXT NOT NULL,
    document_sha256 TEXT NOT NULL,
    only_authorities TEXT,
    routed_at BIGINT,
    plan TEXT,
    problem TEXT,
    PRIMARY KEY (filing_id, revision),
    UNIQUE (corporate_number, idempotency_key)
);
CREATE INDEX revisions_unrouted ON revisions (received_at) WHERE routed_at IS NULL;

CREATE TABLE events (
    filing_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (filing_id, seq)
);

CREATE TABLE deliveries (
    id UUID PRIMARY KEY,
    filing_id UUID NOT NULL REFERENCES filings,
    revision INTEGER NOT NULL,
    authority TEXT NOT NULL,
    channel TEXT CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    ladder_step INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('due', 'sending', 'waiting', 'delivered', 'held', 'failed', 'cancelled')),
    turn INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    postponed INTEGER NOT NULL,
    next_attempt_at BIGINT,
    lease_until BIGINT,
    lease_owner TEXT,
    why TEXT,
    owner TEXT CHECK (owner IN ('operator', 'authority', 'hub', 'network')),
    proof TEXT,
    review TEXT NOT NULL CHECK (review IN
        ('unopened', 'opened', 'accepted', 'returned', 'withdrawn')),
    second_copy INTEGER NOT NULL,
    package_sha256 TEXT,
    rule TEXT NOT NULL,
    article TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    channel_since BIGINT NOT NULL,
    delivered_at BIGINT,
    decided_at BIGINT,
    updated_at BIGINT NOT NULL,
    UNIQUE (filing_id, revision, authority),
    CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CHECK (state NOT IN ('waiting', 'held', 'failed') OR why IS NOT NULL),
    CHECK (state <> 'failed' OR owner IS NOT NULL)
);
CREATE INDEX deliveries_waiting ON deliveries (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX deliveries_leased ON deliveries (authority, channel) WHERE state = 'sending';
CREATE INDEX deliveries_lease_end ON deliveries (lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_due ON deliveries (updated_at) WHERE state = 'due';
CREATE INDEX deliveries_trouble ON deliveries (authority, state) WHERE state IN ('held', 'failed');
CREATE INDEX deliveries_by_authority ON deliveries (authority, created_at DESC);

CREATE TABLE attempts (
    delivery_id UUID NOT NULL,
    number INTEGER NOT NULL,
    channel TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'deferred', 'refused', 'unknown')),
    detail TEXT NOT NULL,
    PRIMARY KEY (delivery_id, number)
);

CREATE TABLE decisions (
    delivery_id UUID PRIMARY KEY,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'returned')),
    comment TEXT NOT NULL,
    files TEXT NOT NULL,
    source TEXT NOT NULL,
    decided_at BIGINT NOT NULL
);

CREATE TABLE notices (
    id UUID PRIMARY KEY,
    filing_id UUID NOT NULL,
    delivery_id UUID,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'waiting', 'sent', 'failed')),
    turn INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_attempt_at BIGINT,
    lease_until BIGINT,
    why TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    updated_at BIGINT NOT NULL,
    CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'sending') = (lease_until IS NOT NULL))
);
CREATE INDEX notices_of_filing ON notices (filing_id);
CREATE INDEX notices_open ON notices (state) WHERE state <> 'sent';

CREATE TABLE lanes (
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    breaker TEXT NOT NULL CHECK (breaker IN ('closed', 'open', 'half_open')),
    failures INTEGER NOT NULL,
    openings INTEGER NOT NULL,
    open_until BIGINT,
    paused_at BIGINT,
    paused_why TEXT,
    cap INTEGER,
    last_error TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (authority, channel),
    CHECK ((breaker = 'open') = (open_until IS NOT NULL))
);

CREATE TABLE endpoints (
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    position INTEGER NOT NULL,
    config TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (authority, channel)
);

CREATE TABLE outbox (
    id UUID PRIMARY KEY,
    exchange TEXT NOT NULL,
    routing_key TEXT NOT NULL,
    body BYTEA NOT NULL,
    claimed_until BIGINT NOT NULL
);

CREATE TABLE dead_letters (
    id UUID PRIMARY KEY,
    queue TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BYTEA NOT NULL,
    at BIGINT NOT NULL
);

-- Rows of these tables live for seconds: dead ones are cleared before they slow the claims.
ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE deliveries SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE filings SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
