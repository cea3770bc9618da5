-- What an authority's staff took out for their ledger: who, when, by which profile. A delivery is in one
-- export, which is fetched as often as they like; each time is on record.
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    authority TEXT NOT NULL,
    profile TEXT NOT NULL,
    deliveries INTEGER NOT NULL CHECK (deliveries > 0),
    decided_until INTEGER NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX exports_by_authority ON exports (authority, at DESC, id DESC);

CREATE TABLE exported (
    delivery_id TEXT PRIMARY KEY,
    export_id TEXT NOT NULL,
    place INTEGER NOT NULL
) STRICT;
CREATE INDEX exported_by_export ON exported (export_id, place);

CREATE TABLE export_fetches (
    id TEXT PRIMARY KEY,
    export_id TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('csv', 'zip')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX export_fetches_by_export ON export_fetches (export_id, at DESC);
