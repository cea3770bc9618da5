-- What people have to know of for as long as it lasts: a row from when it began to when it ended. At
-- most one of a kind and subject goes on, whichever process looks.
CREATE TABLE watches (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    authority TEXT,
    channel TEXT CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    filing_id TEXT,
    owner TEXT NOT NULL CHECK (owner IN ('operator', 'authority', 'hub', 'network')),
    since INTEGER NOT NULL,
    due_at INTEGER,
    detail TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    gone_at INTEGER,
    ended_at INTEGER,
    begin_alert TEXT,
    end_alert TEXT,
    CHECK (ended_at IS NULL OR gone_at IS NOT NULL),
    CHECK (end_alert IS NULL OR ended_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX watches_open ON watches (kind, subject) WHERE ended_at IS NULL;
CREATE INDEX watches_by_time ON watches (begun_at DESC, id DESC);
CREATE INDEX watches_untold ON watches (id)
WHERE begin_alert IS NULL OR (ended_at IS NOT NULL AND end_alert IS NULL);
CREATE INDEX watches_ended ON watches (ended_at) WHERE ended_at IS NOT NULL;

-- One row: which look was the last, and when. Who looks takes its lock.
CREATE TABLE watch_looks (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    looked_at INTEGER NOT NULL
) STRICT;
INSERT INTO watch_looks (id, number, looked_at) VALUES (1, 0, 0);

-- The mails about what began and ended: one for all that did within a short time. `next_try_at` is
-- also until when someone has it.
CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    addressee TEXT NOT NULL,
    mail TEXT,
    body TEXT NOT NULL,
    begun INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('due', 'sent', 'failed', 'unaddressed')),
    tries INTEGER NOT NULL,
    next_try_at INTEGER,
    why TEXT,
    made_at INTEGER NOT NULL,
    sent_at INTEGER,
    CHECK ((state = 'due') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CHECK ((state = 'unaddressed') = (mail IS NULL))
) STRICT;
CREATE INDEX alerts_due ON alerts (next_try_at) WHERE state = 'due';
CREATE INDEX alerts_by_time ON alerts (made_at DESC, id DESC);

-- What the last look at an endpoint found. `next_at`: when the next is due.
CREATE TABLE probes (
    authority TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    next_at INTEGER NOT NULL,
    looked_at INTEGER,
    code TEXT,
    failing_since INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (authority, channel),
    CHECK ((code IS NULL) = (failing_since IS NULL))
) STRICT, WITHOUT ROWID;
