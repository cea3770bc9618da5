INSERT INTO dead_letters (
    id, queue, reason, body, at
)
SELECT
    value ->> '$.id', value ->> '$.queue', value ->> '$.reason', unhex(value ->> '$.body'),
    value ->> '$.at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (id) DO NOTHING
