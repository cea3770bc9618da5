-- How a delivery's package is built, written down when it is planned: JSON {layout, profile}. None:
-- planned by a build from before, in the first layout. What it was planned with stays its own,
-- whatever becomes of settings and files.
ALTER TABLE deliveries ADD COLUMN recipe TEXT;
-- Ledger profiles that deliveries were planned with, by their digest; rows are never changed.
CREATE TABLE ledger_profiles (
    sha256 TEXT PRIMARY KEY,
    id TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
