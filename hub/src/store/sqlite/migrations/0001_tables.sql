-- Times are milliseconds since 1970-01-01 UTC; ids are hyphenated UUID text; JSON is text.
CREATE TABLE operators (
    corporate_number TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    mail TEXT,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    secret_sha256 TEXT NOT NULL,
    scope TEXT NOT NULL CHECK (scope IN ('operator', 'authority', 'operations')),
    subject TEXT CHECK ((scope = 'operations') = (subject IS NULL)),
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE attachments (
    sha256 TEXT NOT NULL,
    owner TEXT NOT NULL,
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (sha256, owner)
) STRICT;

CREATE TABLE filings (
    id TEXT PRIMARY KEY,
    receipt_number TEXT NOT NULL UNIQUE,
    corporate_number TEXT NOT NULL,
    operator_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    office_name TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    withdrawn_at INTEGER,
    event_seq INTEGER NOT NULL,
    event_head TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX filings_by_time ON filings (received_at DESC);
CREATE INDEX filings_by_operator ON filings (corporate_number, received_at DESC);

CREATE TABLE revisions (
    filing_id TEXT NOT NULL REFERENCES filings,
    revision INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('submit', 'correct', 'withdraw')),
    received_at INTEGER NOT NULL,
    corporate_number TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    document TEXT NOT NULL,
    document_sha256 TEXT NOT NULL,
    only_authorities TEXT,
    routed_at INTEGER,
    plan TEXT,
    problem TEXT,
    PRIMARY KEY (filing_id, revision),
    UNIQUE (corporate_number, idempotency_key)
) STRICT;
CREATE INDEX revisions_unrouted ON revisions (received_at) WHERE routed_at IS NULL;

CREATE TABLE events (
    filing_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (filing_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    id TEXT PRIMARY KEY,
    filing_id TEXT NOT NULL REFERENCES filings,
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
    next_attempt_at INTEGER,
    lease_until INTEGER,
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
    created_at INTEGER NOT NULL,
    channel_since INTEGER NOT NULL,
    delivered_at INTEGER,
    decided_at INTEGER,
    updated_at INTEGER NOT NULL,
    UNIQUE (filing_id, revision, authority),
    CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CHECK (state NOT IN ('waiting', 'held', 'failed') OR why IS NOT NULL),
    CHECK (state <> 'failed' OR owner IS NOT NULL)
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX deliveries_leased ON deliveries (authority, channel) WHERE state = 'sending';
CREATE INDEX deliveries_lease_end ON deliveries (lease_until) WHERE state = 'sending';
CREATE INDEX deliveries_due ON deliveries (updated_at) WHERE state = 'due';
CREATE INDEX deliveries_trouble ON deliveries (authority, state) WHERE state IN ('held', 'failed');
CREATE INDEX deliveries_by_authority ON deliveries (authority, created_at DESC);

CREATE TABLE attempts (
    delivery_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    channel TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'deferred', 'refused', 'unknown')),
    detail TEXT NOT NULL,
    PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE decisions (
    delivery_id TEXT PRIMARY KEY,
    verdict TEXT NOT NULL CHECK (verdict IN ('accepted', 'returned')),
    comment TEXT NOT NULL,
    files TEXT NOT NULL,
    source TEXT NOT NULL,
    decided_at INTEGER NOT NULL
) STRICT;

CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    filing_id TEXT NOT NULL,
    delivery_id TEXT,
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sending', 'waiting', 'sent', 'failed')),
    turn INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_attempt_at INTEGER,
    lease_until INTEGER,
    why TEXT,
    created_at INTEGER NOT NULL,
    sent_at INTEGER,
    updated_at INTEGER NOT NULL,
    CHECK ((state = 'waiting') = (next_attempt_at IS NOT NULL)),
    CHECK ((state = 'sending') = (lease_until IS NOT NULL))
) STRICT;
CREATE INDEX notices_of_filing ON notices (filing_id);
CREATE INDEX notices_open ON notices (state) WHERE state <> 'sent';

CREATE TABLE lanes (
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    breaker TEXT NOT NULL CHECK (breaker IN ('closed', 'open', 'half_open')),
    failures INTEGER NOT NULL,
    openings INTEGER NOT NULL,
    open_until INTEGER,
    paused_at INTEGER,
    paused_why TEXT,
    cap INTEGER,
    last_error TEXT,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (authority, channel),
    CHECK ((breaker = 'open') = (open_until IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoints (
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    position INTEGER NOT NULL,
    config TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (authority, channel)
) STRICT;

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    exchange TEXT NOT NULL,
    routing_key TEXT NOT NULL,
    body BLOB NOT NULL,
    claimed_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dead_letters (
    id TEXT PRIMARY KEY,
    queue TEXT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
