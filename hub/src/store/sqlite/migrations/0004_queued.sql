-- When upkeep last queued a row again whose message seemed lost. Since when it waits stays as is.
ALTER TABLE revisions ADD COLUMN queued_at INTEGER;
ALTER TABLE deliveries ADD COLUMN queued_at INTEGER;
ALTER TABLE notices ADD COLUMN queued_at INTEGER;

-- What is in line, by when it was last queued.
CREATE INDEX revisions_queued
ON revisions (max(received_at, coalesce(queued_at, received_at))) WHERE routed_at IS NULL;
CREATE INDEX deliveries_queued
ON deliveries (max(updated_at, coalesce(queued_at, updated_at))) WHERE state = 'due';
DROP INDEX revisions_unrouted;
DROP INDEX deliveries_due;
