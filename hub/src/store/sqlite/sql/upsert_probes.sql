INSERT INTO probes (
    authority, channel, next_at, looked_at, code, failing_since, expires_at
)
SELECT
    value ->> '$.authority', value ->> '$.channel', value ->> '$.next_at',
    value ->> '$.looked_at', value ->> '$.code', value ->> '$.failing_since',
    value ->> '$.expires_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (authority, channel) DO UPDATE SET
    next_at = excluded.next_at, looked_at = excluded.looked_at, code = excluded.code,
    failing_since = excluded.failing_since, expires_at = excluded.expires_at
