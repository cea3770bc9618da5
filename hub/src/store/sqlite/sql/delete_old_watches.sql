-- What ended long ago.
DELETE FROM watches WHERE id IN (
    SELECT x.id FROM watches AS x
    WHERE x.ended_at IS NOT NULL AND x.ended_at < $1 ->> '$.before'
    LIMIT $1 ->> '$.limit'
)
