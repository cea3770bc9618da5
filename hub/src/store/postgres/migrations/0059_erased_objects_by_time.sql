-- no-transaction
-- expand: an index alone, built beside running work. Objects of what was erased are looked at in the
-- order in which they came.
CREATE INDEX CONCURRENTLY IF NOT EXISTS erased_objects_by_time ON erased_objects (at, sha256);
