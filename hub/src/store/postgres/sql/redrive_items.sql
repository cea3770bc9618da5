-- After a place, in order; those in one state, where it is asked for.
SELECT json_build_object(
    'redrive_id', x.redrive_id, 'place', x.place, 'delivery_id', x.delivery_id, 'cause', x.cause,
    'doubtful', x.doubtful, 'due_at', x.due_at, 'state', x.state, 'found', x.found
)::text
FROM redrive_items AS x
WHERE x.redrive_id = (($1::json) ->> 'redrive_id')::uuid
    AND x.place > (($1::json) ->> 'after')::int
    AND (($1::json) ->> 'state' IS NULL OR x.state = ($1::json) ->> 'state')
ORDER BY x.place LIMIT (($1::json) ->> 'limit')::bigint
