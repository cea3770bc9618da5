-- Checks of the way to an authority over one channel: what was sent as a test, and what came of it. The
-- test itself is a filing like any other until it is purged; this row stays.
CREATE TABLE checks (
    filing_id TEXT PRIMARY KEY,
    delivery_id TEXT NOT NULL,
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    receipt_number TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'proved', 'failed')),
    proof TEXT,
    code TEXT,
    owner TEXT,
    sentence TEXT,
    ended_at INTEGER,
    purged_at INTEGER,
    -- Whether it is the newest of its authority and channel.
    newest INTEGER NOT NULL CHECK (newest IN (0, 1)),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'proved') = (proof IS NOT NULL)),
    CHECK (state <> 'failed' OR code IS NOT NULL),
    CHECK (purged_at IS NULL OR state <> 'open')
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX checks_newest ON checks (authority, channel) WHERE newest = 1;
CREATE INDEX checks_by_authority ON checks (authority, sent_at DESC, filing_id DESC);
CREATE INDEX checks_open ON checks (sent_at) WHERE state = 'open';
CREATE INDEX checks_unpurged ON checks (sent_at) WHERE purged_at IS NULL;
CREATE INDEX checks_old ON checks (sent_at) WHERE newest = 0;
