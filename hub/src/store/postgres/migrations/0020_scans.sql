-- What is known of each file's bytes, where files are looked through for malware, and which deliveries
-- wait to know more. A time that is to come keeps a file for the process that is looking.
CREATE TABLE scans (
    sha256 TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'clean', 'infected')),
    signature TEXT,
    why TEXT,
    tries INT NOT NULL,
    next_try_at BIGINT,
    scanned_at BIGINT,
    scanned_by TEXT,
    asked_at BIGINT NOT NULL,
    CHECK ((state = 'pending') = (next_try_at IS NOT NULL)),
    CHECK ((state = 'pending') = (scanned_at IS NULL)),
    CHECK ((state = 'infected') = (signature IS NOT NULL))
);
CREATE INDEX scans_pending ON scans (next_try_at) WHERE state = 'pending';
CREATE INDEX scans_infected ON scans (scanned_at) WHERE state = 'infected';

CREATE TABLE scan_waits (
    sha256 TEXT NOT NULL,
    delivery_id UUID NOT NULL,
    PRIMARY KEY (sha256, delivery_id)
);
CREATE INDEX scan_waits_of_delivery ON scan_waits (delivery_id);
