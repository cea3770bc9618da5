-- Deliveries that staff start anew together. A preview freezes which they are; who looks at it starts
-- it, with a reason, and above a limit another person approves. `next_at`: when the next may go.
CREATE TABLE redrives (
    id UUID PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN
        ('previewed', 'proposed', 'running', 'finished', 'cancelled')),
    cause TEXT,
    owner TEXT CHECK (owner IN ('operator', 'authority', 'hub', 'network')),
    authority TEXT,
    channel TEXT CHECK (channel IN ('api', 'sftp', 'email', 'pull')),
    from_at BIGINT,
    until_at BIGINT,
    items INT NOT NULL CHECK (items > 0),
    doubtful INT NOT NULL,
    overdue INT NOT NULL,
    near INT NOT NULL,
    next_due BIGINT,
    done INT NOT NULL,
    skipped INT NOT NULL,
    why TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_name TEXT NOT NULL,
    started_at BIGINT,
    started_by TEXT,
    started_name TEXT,
    approved_at BIGINT,
    approved_by TEXT,
    approved_name TEXT,
    next_at BIGINT,
    ended_at BIGINT,
    CHECK (done + skipped <= items),
    CHECK ((state = 'running') = (next_at IS NOT NULL)),
    CHECK ((state IN ('finished', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('proposed', 'running', 'finished') OR started_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> started_by)
);
CREATE INDEX redrives_by_time ON redrives (made_at DESC, id DESC);
CREATE INDEX redrives_running ON redrives (started_at, id) WHERE state = 'running';

-- What each of them has in it, in order. `found` is what one was found as that was passed over.
CREATE TABLE redrive_items (
    redrive_id UUID NOT NULL,
    place INT NOT NULL CHECK (place > 0),
    delivery_id UUID NOT NULL,
    cause TEXT NOT NULL,
    doubtful INT NOT NULL,
    due_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('left', 'done', 'skipped')),
    found TEXT,
    PRIMARY KEY (redrive_id, place),
    UNIQUE (redrive_id, delivery_id),
    CHECK ((state = 'skipped') = (found IS NOT NULL))
);
