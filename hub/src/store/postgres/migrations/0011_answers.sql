-- no-transaction
-- Tries with the body of an authority's answer, which goes after some weeks. A partitioned table
-- cannot be indexed beside running work: its one large partition can, and 0012 takes that over.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_before_answers
ON attempts_before (finished_at) WHERE detail LIKE '%"body":%';
