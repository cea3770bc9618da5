-- Files that come piece by piece for a draft. What is said of a file tells it from others when it is
-- chosen again. One that was added to its draft stays a while, so that a repeated end is answered.
CREATE TABLE uploads (
    id TEXT PRIMARY KEY,
    draft_id TEXT NOT NULL,
    corporate_number TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    received INTEGER NOT NULL,
    added_as TEXT,
    touched_at INTEGER NOT NULL,
    CHECK (received BETWEEN 0 AND size)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX uploads_by_file ON uploads (draft_id, file_name, size, modified_at)
WHERE added_as IS NULL;
CREATE INDEX uploads_by_time ON uploads (touched_at);

CREATE TABLE upload_pieces (
    upload_id TEXT NOT NULL,
    begins_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (upload_id, begins_at)
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_pieces_by_digest ON upload_pieces (sha256);
