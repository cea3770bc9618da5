-- Where an operator's notices are posted besides: who set, removed or tried a webhook. The newest row that
-- is no trial counts. Rows are never changed.
CREATE TABLE webhook_acts (
    id UUID PRIMARY KEY,
    corporate_number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('set', 'removed', 'tried')),
    url TEXT,
    said TEXT,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    CHECK ((kind = 'removed') = (url IS NULL)),
    CHECK ((kind = 'tried') = (said IS NOT NULL))
);
CREATE INDEX webhook_acts_by_operator ON webhook_acts (corporate_number, at DESC, id DESC);
