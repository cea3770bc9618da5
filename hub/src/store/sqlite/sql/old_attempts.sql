-- Deliveries of which there are tries, by id from one on and up to one, both left out.
SELECT json_object('id', x.delivery_id, 'filing', d.filing_id, 'rows', x.rows, 'bytes', x.bytes)
FROM (
    SELECT delivery_id, count(*) AS rows, sum(length(detail)) AS bytes FROM attempts
    WHERE delivery_id > $1 ->> '$.id' AND delivery_id < $1 ->> '$.end'
    GROUP BY delivery_id ORDER BY delivery_id LIMIT $1 ->> '$.limit'
) AS x LEFT JOIN deliveries AS d ON d.id = x.delivery_id
ORDER BY x.delivery_id
