-- What an operator's people are writing and have not filed yet: the body is the submission as far as
-- it has come. A draft that was filed stays a while, so that going back leads to its receipt.
CREATE TABLE drafts (
    id UUID PRIMARY KEY,
    corporate_number TEXT NOT NULL,
    version INT NOT NULL,
    kind TEXT NOT NULL,
    office_name TEXT NOT NULL,
    body TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    corrects UUID,
    filed_as UUID,
    created_at BIGINT NOT NULL,
    saved_at BIGINT NOT NULL
);
CREATE INDEX drafts_by_operator ON drafts (corporate_number, saved_at DESC);
CREATE INDEX drafts_by_time ON drafts (saved_at);
