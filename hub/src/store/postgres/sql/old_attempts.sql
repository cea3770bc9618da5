-- Deliveries of which there are tries, by id from one on and up to one, both left out.
SELECT json_build_object('id', x.delivery_id, 'filing', d.filing_id)::text
FROM (
    SELECT DISTINCT delivery_id FROM attempts
    WHERE delivery_id > (($1::json) ->> 'id')::uuid AND delivery_id < (($1::json) ->> 'end')::uuid
    ORDER BY delivery_id LIMIT (($1::json) ->> 'limit')::bigint
) AS x LEFT JOIN deliveries AS d ON d.id = x.delivery_id
ORDER BY x.delivery_id
