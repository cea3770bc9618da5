INSERT INTO sessions (
    id, scope, subject, person, name, key_id, created_at, seen_at, authenticated_at
)
SELECT
    id, scope, subject, person, name, key_id, created_at, seen_at, authenticated_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::bigint[], $9::bigint[]
) AS r (
    id, scope, subject, person, name, key_id, created_at, seen_at, authenticated_at
)
