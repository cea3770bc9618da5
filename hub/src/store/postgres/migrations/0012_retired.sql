CREATE INDEX attempts_answers ON attempts (finished_at) WHERE detail LIKE '%"body":%';

-- Up to when rows of filings have gone, by the time in the filing's id: what is not there of a
-- filing from before need not have been tampered with.
CREATE TABLE retired (
    what TEXT PRIMARY KEY CHECK (what IN ('events', 'attempts', 'answers')),
    before BIGINT NOT NULL
);
