-- no-transaction
-- What an authority has accepted, in the order of its decisions: for its ledger.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_accepted
ON deliveries (authority, decided_at, id) WHERE review = 'accepted';
