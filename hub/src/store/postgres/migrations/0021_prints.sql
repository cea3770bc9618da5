-- The print of each revision, made once: its bytes are an object like an attachment's, named for
-- good in the commit that writes the row. Rows are never changed.
CREATE TABLE prints (
    filing_id UUID NOT NULL,
    revision INT NOT NULL,
    sha256 TEXT NOT NULL,
    pages INT NOT NULL,
    replaced TEXT NOT NULL,
    printed_at BIGINT NOT NULL,
    PRIMARY KEY (filing_id, revision)
);
