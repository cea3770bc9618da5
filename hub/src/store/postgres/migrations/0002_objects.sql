-- One row per object: what happens to it is decided under the row's lock.
CREATE TABLE objects (
    sha256 TEXT PRIMARY KEY,
    touched_at BIGINT NOT NULL,
    named_at BIGINT,
    deleting_at BIGINT,
    CHECK (named_at IS NULL OR deleting_at IS NULL)
);
CREATE INDEX objects_unnamed ON objects (touched_at)
WHERE named_at IS NULL AND deleting_at IS NULL;
CREATE INDEX objects_deleting ON objects (deleting_at) WHERE deleting_at IS NOT NULL;

-- Nobody has looked whether these are named: they stay.
INSERT INTO objects (sha256, touched_at, named_at)
SELECT sha256, max(created_at), max(created_at) FROM attachments GROUP BY sha256;
