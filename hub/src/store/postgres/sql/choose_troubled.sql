-- What a redrive would hold: deliveries that are not delivered and have a cause, the oldest first, by
-- cause, owner, authority, channel and when they came to be as they are. Doubtful is what may have
-- arrived already. What is held waits for something else than another try: it goes along only where its
-- cause is asked for. Goes by deliveries_in_trouble.
SELECT json_build_object('id', y.id, 'authority', y.authority, 'cause', (y.why::json) ->> 'code',
    'doubtful', CASE WHEN y.second_copy <> 0 OR y.proof IS NOT NULL THEN 1 ELSE 0 END)::text
FROM deliveries AS y
WHERE y.state IN ('waiting', 'held', 'failed') AND (y.why::json) ->> 'code' NOT IN
        ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping')
    AND y.rule <> 'test'
    AND (($1::json) ->> 'cause' IS NULL
        OR (y.why::json) ->> 'code' = ($1::json) ->> 'cause')
    AND (($1::json) ->> 'owner' IS NULL OR y.owner = ($1::json) ->> 'owner')
    AND (($1::json) ->> 'cause' IS NOT NULL OR y.state <> 'held')
    AND (($1::json) ->> 'authority' IS NULL OR y.authority = ($1::json) ->> 'authority')
    AND (($1::json) ->> 'channel' IS NULL OR y.channel = ($1::json) ->> 'channel')
    AND (($1::json) ->> 'from_at' IS NULL
        OR y.updated_at >= (($1::json) ->> 'from_at')::bigint)
    AND (($1::json) ->> 'until_at' IS NULL
        OR y.updated_at < (($1::json) ->> 'until_at')::bigint)
ORDER BY y.created_at, y.id LIMIT (($1::json) ->> 'limit')::bigint
