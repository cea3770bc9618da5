-- After a place, in order; those in one state, where it is asked for.
SELECT json_object(
    'redrive_id', x.redrive_id, 'place', x.place, 'delivery_id', x.delivery_id, 'cause', x.cause,
    'doubtful', x.doubtful, 'due_at', x.due_at, 'state', x.state, 'found', x.found
)
FROM redrive_items AS x
WHERE x.redrive_id = $1 ->> '$.redrive_id' AND x.place > $1 ->> '$.after'
    AND ($1 ->> '$.state' IS NULL OR x.state = $1 ->> '$.state')
ORDER BY x.place LIMIT $1 ->> '$.limit'
