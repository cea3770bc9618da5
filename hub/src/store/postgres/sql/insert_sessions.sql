INSERT INTO sessions (
    id, scope, subject, person, name, key_id, created_at, seen_at
)
SELECT
    id, scope, subject, person, name, key_id, created_at, seen_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::bigint[]
) AS r (
    id, scope, subject, person, name, key_id, created_at, seen_at
)
