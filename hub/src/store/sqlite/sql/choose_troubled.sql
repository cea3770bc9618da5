-- What a redrive would hold: deliveries that are not delivered and have a cause, the oldest first, by
-- cause, owner, authority, channel and when they came to be as they are. Doubtful is what may have
-- arrived already. What is held waits for something else than another try: it goes along only where its
-- cause is asked for. Goes by deliveries_in_trouble; for the `+` see list_troubled.
SELECT json_object('id', y.id, 'authority', y.authority, 'cause', y.why ->> '$.code',
    'doubtful', y.second_copy <> 0 OR y.proof IS NOT NULL)
FROM deliveries AS y
WHERE y.state IN ('waiting', 'held', 'failed') AND y.why ->> '$.code' NOT IN
        ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping')
    AND y.rule <> 'test'
    AND ($1 ->> '$.cause' IS NULL OR y.why ->> '$.code' = $1 ->> '$.cause')
    AND ($1 ->> '$.owner' IS NULL OR y.owner = $1 ->> '$.owner')
    AND ($1 ->> '$.cause' IS NOT NULL OR y.state <> 'held')
    AND ($1 ->> '$.authority' IS NULL OR y.authority = $1 ->> '$.authority')
    AND ($1 ->> '$.channel' IS NULL OR y.channel = $1 ->> '$.channel')
    AND ($1 ->> '$.from_at' IS NULL OR y.updated_at >= $1 ->> '$.from_at')
    AND ($1 ->> '$.until_at' IS NULL OR y.updated_at < $1 ->> '$.until_at')
ORDER BY +y.created_at, y.id LIMIT $1 ->> '$.limit'
