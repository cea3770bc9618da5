INSERT INTO sessions (
    id, scope, subject, person, name, key_id, created_at, seen_at, authenticated_at
)
SELECT
    value ->> '$.id', value ->> '$.scope', value ->> '$.subject', value ->> '$.person',
    value ->> '$.name', value ->> '$.key_id', value ->> '$.created_at', value ->> '$.seen_at',
    value ->> '$.authenticated_at'
FROM json_each($1)
