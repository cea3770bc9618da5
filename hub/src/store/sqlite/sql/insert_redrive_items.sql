INSERT INTO redrive_items (
    redrive_id, place, delivery_id, cause, doubtful, due_at, state, found
)
SELECT
    value ->> '$.redrive_id', value ->> '$.place', value ->> '$.delivery_id',
    value ->> '$.cause', value ->> '$.doubtful', value ->> '$.due_at', value ->> '$.state',
    value ->> '$.found'
FROM json_each($1)
