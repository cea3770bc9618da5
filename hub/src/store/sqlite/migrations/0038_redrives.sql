-- Deliveries that staff start anew together. A preview freezes which they are; who looks at it starts
-- it, with a reason, and above a limit another person approves. `next_at`: when the next may go.
CREATE TABLE redrives (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN
        ('previewed', 'proposed', 'running', 'finished', 'cancelled')),
    cause TEXT,
    owner TEXT CHECK (owner IN ('operator', 'authority', 'hub', 'network')),
    authority TEXT,
    channel TEXT CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    from_at INTEGER,
    until_at INTEGER,
    items INTEGER NOT NULL CHECK (items > 0),
    doubtful INTEGER NOT NULL,
    overdue INTEGER NOT NULL,
    near INTEGER NOT NULL,
    next_due INTEGER,
    done INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    why TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    made_name TEXT NOT NULL,
    started_at INTEGER,
    started_by TEXT,
    started_name TEXT,
    approved_at INTEGER,
    approved_by TEXT,
    approved_name TEXT,
    next_at INTEGER,
    ended_at INTEGER,
    CHECK (done + skipped <= items),
    CHECK ((state = 'running') = (next_at IS NOT NULL)),
    CHECK ((state IN ('finished', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('proposed', 'running', 'finished') OR started_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> started_by)
) STRICT;
CREATE INDEX redrives_by_time ON redrives (made_at DESC, id DESC);
CREATE INDEX redrives_running ON redrives (started_at, id) WHERE state = 'running';

-- What each of them has in it, in order. `found` is what one was found as that was passed over.
CREATE TABLE redrive_items (
    redrive_id TEXT NOT NULL,
    place INTEGER NOT NULL CHECK (place > 0),
    delivery_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    doubtful INTEGER NOT NULL,
    due_at INTEGER,
    state TEXT NOT NULL CHECK (state IN ('left', 'done', 'skipped')),
    found TEXT,
    PRIMARY KEY (redrive_id, place),
    UNIQUE (redrive_id, delivery_id),
    CHECK ((state = 'skipped') = (found IS NOT NULL))
) STRICT, WITHOUT ROWID;
