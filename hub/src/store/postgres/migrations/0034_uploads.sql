-- Files that come piece by piece for a draft. What is said of a file tells it from others when it is
-- chosen again. One that was added to its draft stays a while, so that a repeated end is answered.
CREATE TABLE uploads (
    id UUID PRIMARY KEY,
    draft_id UUID NOT NULL,
    corporate_number TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    received BIGINT NOT NULL,
    added_as TEXT,
    touched_at BIGINT NOT NULL,
    CHECK (received BETWEEN 0 AND size)
);
CREATE UNIQUE INDEX uploads_by_file ON uploads (draft_id, file_name, size, modified_at)
WHERE added_as IS NULL;
CREATE INDEX uploads_by_time ON uploads (touched_at);

CREATE TABLE upload_pieces (
    upload_id UUID NOT NULL,
    begins_at BIGINT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (upload_id, begins_at)
);
CREATE INDEX upload_pieces_by_digest ON upload_pieces (sha256);
