-- Deliveries of which there are tries, by id from one on and up to one, both left out.
SELECT json_build_object(
    'id', x.delivery_id, 'filing', d.filing_id, 'rows', x.rows, 'bytes', x.bytes
)::text
FROM (
    SELECT delivery_id, count(*) AS rows, sum(length(detail)) AS bytes FROM attempts
    WHERE delivery_id > (($1::json) ->> 'id')::uuid AND delivery_id < (($1::json) ->> 'end')::uuid
    GROUP BY delivery_id ORDER BY delivery_id LIMIT (($1::json) ->> 'limit')::bigint
) AS x LEFT JOIN deliveries AS d ON d.id = x.delivery_id
ORDER BY x.delivery_id
