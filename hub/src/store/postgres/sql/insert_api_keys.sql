INSERT INTO api_keys (
    id, secret_sha256, scope, subject, label, created_at, revoked_at
)
SELECT
    id, secret_sha256, scope, subject, label, created_at, revoked_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]
) AS r (
    id, secret_sha256, scope, subject, label, created_at, revoked_at
)
