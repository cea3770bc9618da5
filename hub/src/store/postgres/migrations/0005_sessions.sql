-- Who is logged in at the pages. A session opened by an API key ends with the key.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL CHECK (scope IN ('operator', 'authority', 'operations')),
    subject TEXT CHECK ((scope = 'operations') = (subject IS NULL)),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    key_id TEXT REFERENCES api_keys,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_seen ON sessions (seen_at);
CREATE INDEX sessions_by_begin ON sessions (created_at);

-- What waits for an authority's decision, as its staff see it.
CREATE INDEX deliveries_undecided ON deliveries (authority, review, created_at, id)
WHERE review IN ('unopened', 'opened') AND state <> 'cancelled';
