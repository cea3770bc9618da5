INSERT INTO probes (
    authority, channel, next_at, looked_at, code, failing_since, expires_at
)
SELECT
    authority, channel, next_at, looked_at, code, failing_since, expires_at
FROM unnest(
    $1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[]
) AS r (
    authority, channel, next_at, looked_at, code, failing_since, expires_at
)
ON CONFLICT (authority, channel) DO UPDATE SET
    next_at = excluded.next_at, looked_at = excluded.looked_at, code = excluded.code,
    failing_since = excluded.failing_since, expires_at = excluded.expires_at
