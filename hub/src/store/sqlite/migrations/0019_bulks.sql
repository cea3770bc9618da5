-- Uploads of many filings, a row for each: what was read, what was found, what each row became. An
-- upload goes as a whole when its time is over; its filings stay.
CREATE TABLE bulks (
    id TEXT PRIMARY KEY,
    corporate_number TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    head TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    chosen_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX bulks_by_key ON bulks (corporate_number, idempotency_key);
CREATE INDEX bulks_by_operator ON bulks (corporate_number, created_at DESC);
CREATE INDEX bulks_by_time ON bulks (created_at);

CREATE TABLE bulk_lines (
    bulk_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    corporate_number TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('good', 'warned', 'bad', 'filed', 'drafted')),
    office_name TEXT NOT NULL,
    body TEXT,
    cells TEXT NOT NULL,
    findings TEXT NOT NULL,
    filing_id TEXT,
    draft_id TEXT,
    PRIMARY KEY (bulk_id, number),
    CHECK ((state = 'filed') = (filing_id IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX bulk_lines_by_operator ON bulk_lines (corporate_number);
