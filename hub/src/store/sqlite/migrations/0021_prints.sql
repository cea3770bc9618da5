-- The print of each revision, made once: its bytes are an object like an attachment's, named for
-- good in the commit that writes the row. Rows are never changed.
CREATE TABLE prints (
    filing_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    pages INTEGER NOT NULL,
    replaced TEXT NOT NULL,
    printed_at INTEGER NOT NULL,
    PRIMARY KEY (filing_id, revision)
) STRICT, WITHOUT ROWID;
