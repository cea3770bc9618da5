INSERT INTO processes (id, host, address, roles, build, started_at, heard_at)
SELECT
    value ->> '$.id', value ->> '$.host', value ->> '$.address', value ->> '$.roles',
    value ->> '$.build', value ->> '$.started_at', value ->> '$.heard_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (id) DO UPDATE SET heard_at = excluded.heard_at
