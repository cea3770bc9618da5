-- What an authority's staff took out for their ledger: who, when, by which profile. A delivery is in one
-- export, which is fetched as often as they like; each time is on record.
CREATE TABLE exports (
    id UUID PRIMARY KEY,
    authority TEXT NOT NULL,
    profile TEXT NOT NULL,
    deliveries INT NOT NULL CHECK (deliveries > 0),
    decided_until BIGINT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX exports_by_authority ON exports (authority, at DESC, id DESC);

CREATE TABLE exported (
    delivery_id UUID PRIMARY KEY,
    export_id UUID NOT NULL,
    place INT NOT NULL
);
CREATE INDEX exported_by_export ON exported (export_id, place);

CREATE TABLE export_fetches (
    id UUID PRIMARY KEY,
    export_id UUID NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('csv', 'zip')),
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX export_fetches_by_export ON export_fetches (export_id, at DESC);
