-- Contents that are erased on request: of one filing, or of all of an operator's that are finished. One
-- person asks for it with a reason, another approves; then it goes filing by filing (`reached_…`: how
-- far it is).
CREATE TABLE erasures (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'running', 'finished', 'cancelled')),
    filing_id TEXT,
    corporate_number TEXT NOT NULL,
    filings INTEGER NOT NULL CHECK (filings >= 0),
    done INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    reached_at INTEGER,
    reached_id TEXT,
    why TEXT NOT NULL CHECK (why <> ''),
    made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL,
    made_name TEXT NOT NULL,
    approved_at INTEGER,
    approved_by TEXT,
    approved_name TEXT,
    ended_at INTEGER,
    CHECK ((reached_at IS NULL) = (reached_id IS NULL)),
    CHECK (state NOT IN ('running', 'finished') OR approved_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> made_by),
    CHECK ((state IN ('finished', 'cancelled')) = (ended_at IS NOT NULL))
) STRICT;
CREATE INDEX erasures_by_time ON erasures (made_at DESC, id DESC);
CREATE INDEX erasures_running ON erasures (approved_at, id) WHERE state = 'running';

-- What was erased of which filing, and by which erasure; none: its time was over.
CREATE TABLE erased (
    filing_id TEXT NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('contents', 'addresses')),
    erasure_id TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (filing_id, what)
) STRICT, WITHOUT ROWID;

-- Objects that an erased filing named: upkeep looks whether anything else does.
CREATE TABLE erased_objects (
    sha256 TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
