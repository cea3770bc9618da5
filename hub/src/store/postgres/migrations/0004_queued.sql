-- When upkeep last queued a row again whose message seemed lost. Since when it waits stays as is.
ALTER TABLE revisions ADD COLUMN queued_at BIGINT;
ALTER TABLE deliveries ADD COLUMN queued_at BIGINT;
ALTER TABLE notices ADD COLUMN queued_at BIGINT;

-- What is in line, by when it was last queued; `greatest` passes over NULL, unlike SQLite's `max`.
CREATE INDEX revisions_queued
ON revisions (greatest(received_at, queued_at)) WHERE routed_at IS NULL;
CREATE INDEX deliveries_queued
ON deliveries (greatest(updated_at, queued_at)) WHERE state = 'due';
DROP INDEX revisions_unrouted;
DROP INDEX deliveries_due;
