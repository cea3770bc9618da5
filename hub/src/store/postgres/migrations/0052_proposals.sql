-- How an authority is to be reached: proposed by one person, put to use when another approves. `ladder` has
-- secrets in it, and is emptied when it is decided; `shown` and `was` say the same without them.
CREATE TABLE proposals (
    id UUID PRIMARY KEY,
    authority TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
    ladder TEXT NOT NULL,
    shown TEXT NOT NULL,
    was TEXT NOT NULL,
    why TEXT NOT NULL,
    by_whom TEXT NOT NULL CHECK (by_whom IN ('authority', 'operations')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT,
    decided_name TEXT,
    decided_why TEXT,
    CHECK ((state = 'proposed') = (ladder <> '')),
    CHECK ((state = 'proposed') = (decided_at IS NULL)),
    CHECK (state NOT IN ('approved', 'rejected') OR decided_by <> person)
);
CREATE INDEX proposals_by_authority ON proposals (authority, at DESC, id DESC);
CREATE INDEX proposals_by_time ON proposals (at DESC, id DESC);
