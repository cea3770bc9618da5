-- What is not delivered and has a cause, by cause, authority and owner, the largest groups first; with
-- the ids of the oldest of each. Goes by deliveries_in_trouble, and reads no more than is in it.
SELECT json_object('cause', g.cause, 'authority', g.authority, 'owner', g.owner,
    'count', g.count, 'first_at', g.first_at, 'last_at', g.last_at, 'oldest', json(g.oldest))
FROM (
    SELECT x.cause, x.authority, x.owner, count(*) AS count, min(x.created_at) AS first_at,
        max(x.updated_at) AS last_at,
        json_group_array(x.id ORDER BY x.place)
            FILTER (WHERE x.place <= $1 ->> '$.looked') AS oldest
    FROM (
        SELECT y.why ->> '$.code' AS cause, y.authority, y.owner, y.id, y.created_at,
            y.updated_at, row_number() OVER (
                PARTITION BY y.why ->> '$.code', y.authority, y.owner
                ORDER BY y.created_at, y.id
            ) AS place
        FROM deliveries AS y
        WHERE y.state IN ('waiting', 'held', 'failed') AND y.why ->> '$.code' NOT IN
        ('awaiting_pickup', 'lane_full', 'lane_paced', 'courier_busy', 'courier_stopping')
        AND y.rule <> 'test'
        AND ($1 ->> '$.cause' IS NULL OR y.why ->> '$.code' = $1 ->> '$.cause')
        AND ($1 ->> '$.owner' IS NULL OR y.owner = $1 ->> '$.owner')
        AND ($1 ->> '$.prefecture' IS NULL
            OR substr(ltrim(y.authority, 'U'), 1, 2) = $1 ->> '$.prefecture')
    ) AS x
    GROUP BY x.cause, x.authority, x.owner
    ORDER BY count(*) DESC, x.cause, x.authority, x.owner
    LIMIT $1 ->> '$.limit' OFFSET $1 ->> '$.offset'
) AS g
ORDER BY g.count DESC, g.cause, g.authority, g.owner
