-- What is known of each file's bytes, where files are looked through for malware, and which deliveries
-- wait to know more. A time that is to come keeps a file for the process that is looking.
CREATE TABLE scans (
    sha256 TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'clean', 'infected')),
    signature TEXT,
    why TEXT,
    tries INTEGER NOT NULL,
    next_try_at INTEGER,
    scanned_at INTEGER,
    scanned_by TEXT,
    asked_at INTEGER NOT NULL,
    CHECK ((state = 'pending') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'pending') = (scanned_at IS NULL)),
    CHECK ((state = 'infected') = (signature IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX scans_pending ON scans (next_try_at) WHERE state = 'pending';
CREATE INDEX scans_infected ON scans (scanned_at) WHERE state = 'infected';

CREATE TABLE scan_waits (
    sha256 TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    PRIMARY KEY (sha256, delivery_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX scan_waits_of_delivery ON scan_waits (delivery_id);
