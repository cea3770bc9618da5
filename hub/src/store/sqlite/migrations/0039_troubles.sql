-- What is not delivered and has a cause, by that cause; what only waits for its turn or to be fetched is
-- left out, however much it is. The statements that go by it say the same in the same words.
CREATE INDEX deliveries_in_trouble
ON deliveries (why ->> '$.code', authority, owner, created_at, id)
WHERE state IN ('waiting', 'held', 'failed') AND why ->> '$.code' NOT IN
    ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping');
