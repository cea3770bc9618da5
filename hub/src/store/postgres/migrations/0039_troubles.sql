-- no-transaction
-- expand: an index alone, built beside running work. It holds what is not delivered and has a cause,
-- by that cause; what only waits for its turn or to be fetched is left out, however much it is. The
-- statements that go by it say the same in the same words.
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_in_trouble
ON deliveries (((why::json) ->> 'code'), authority, owner, created_at, id)
WHERE state IN ('waiting', 'held', 'failed') AND (why::json) ->> 'code' NOT IN
    ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping');
