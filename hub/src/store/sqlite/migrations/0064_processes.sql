-- Processes of the hub that have said that they live, for people to see which roles nobody has.
CREATE TABLE processes (
    id TEXT NOT NULL PRIMARY KEY,
    host TEXT NOT NULL,
    address TEXT NOT NULL,
    roles TEXT NOT NULL,
    build TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    heard_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
