-- Contents that are erased on request: of one filing, or of all of an operator's that are finished. One
-- person asks for it with a reason, another approves; then it goes filing by filing (`reached_…`: how
-- far it is).
CREATE TABLE erasures (
    id UUID PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'running', 'finished', 'cancelled')),
    filing_id UUID,
    corporate_number TEXT NOT NULL,
    filings INT NOT NULL CHECK (filings >= 0),
    done INT NOT NULL,
    kept INT NOT NULL,
    reached_at BIGINT,
    reached_id UUID,
    why TEXT NOT NULL CHECK (why <> ''),
    made_at BIGINT NOT NULL,
    made_by TEXT NOT NULL,
    made_name TEXT NOT NULL,
    approved_at BIGINT,
    approved_by TEXT,
    approved_name TEXT,
    ended_at BIGINT,
    CHECK ((reached_at IS NULL) = (reached_id IS NULL)),
    CHECK (state NOT IN ('running', 'finished') OR approved_by IS NOT NULL),
    CHECK (approved_by IS NULL OR approved_by <> made_by),
    CHECK ((state IN ('finished', 'cancelled')) = (ended_at IS NOT NULL))
);
CREATE INDEX erasures_by_time ON erasures (made_at DESC, id DESC);
CREATE INDEX erasures_running ON erasures (approved_at, id) WHERE state = 'running';

-- What was erased of which filing, and by which erasure; none: its time was over.
CREATE TABLE erased (
    filing_id UUID NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('contents', 'addresses')),
    erasure_id UUID,
    at BIGINT NOT NULL,
    PRIMARY KEY (filing_id, what)
);

-- Objects that an erased filing named: upkeep looks whether anything else does.
CREATE TABLE erased_objects (
    sha256 TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
