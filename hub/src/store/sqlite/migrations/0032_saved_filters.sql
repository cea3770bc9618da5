-- Filters of an inbox by name: one person's own, or, without an owner, those of all of an authority's
-- staff.
CREATE TABLE saved_filters (
    authority TEXT NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    query TEXT NOT NULL,
    person TEXT NOT NULL,
    person_name TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (authority, owner, name)
) STRICT, WITHOUT ROWID;
