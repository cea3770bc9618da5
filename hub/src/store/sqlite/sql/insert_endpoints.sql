INSERT INTO endpoints (
    authority, channel, position, config, updated_at
)
SELECT
    value ->> '$.authority', value ->> '$.channel', value ->> '$.position',
    value ->> '$.config', value ->> '$.updated_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (authority, channel) DO UPDATE SET
    position = excluded.position, config = excluded.config, updated_at = excluded.updated_at
