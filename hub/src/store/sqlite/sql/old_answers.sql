-- Tries that are over since a time and have the body of an answer, from one on, that left out. The
-- words of LIKE are those of the index.
SELECT json_object(
    'id', x.delivery_id, 'number', x.number, 'at', x.finished_at, 'detail', x.detail,
    'filing', d.filing_id
)
FROM (
    SELECT * FROM attempts
    WHERE detail LIKE '%"body":%' AND finished_at <= $1 ->> '$.before'
        AND (finished_at, delivery_id, number)
            > ($1 ->> '$.at', $1 ->> '$.id', $1 ->> '$.number')
    ORDER BY finished_at, delivery_id, number LIMIT $1 ->> '$.limit'
) AS x LEFT JOIN deliveries AS d ON d.id = x.delivery_id
ORDER BY x.finished_at, x.delivery_id, x.number
