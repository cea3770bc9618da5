-- no-transaction
-- Indexes are built beside running work: each statement stands alone, and does nothing where it was
-- done before. What lists and looks into result folders look for among millions of finished rows.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_by_time
ON deliveries (created_at DESC, id DESC);

CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_to_collect
ON deliveries (channel, authority)
WHERE state = 'delivered' AND review IN ('unopened', 'opened');

CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_reviewed
ON deliveries (review, created_at DESC, id DESC) WHERE review <> 'unopened';

CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_cancelled
ON deliveries (created_at DESC, id DESC) WHERE state = 'cancelled';

CREATE INDEX CONCURRENTLY IF NOT EXISTS filings_by_kind ON filings (kind, received_at DESC);
