INSERT INTO proposals (
    id, authority, state, ladder, shown, was, why, by_whom, person, name, at, decided_at,
    decided_by, decided_name, decided_why
)
SELECT
    id, authority, state, ladder, shown, was, why, by_whom, person, name, at, decided_at,
    decided_by, decided_name, decided_why
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::text[],
    $15::text[]
) AS r (
    id, authority, state, ladder, shown, was, why, by_whom, person, name, at, decided_at,
    decided_by, decided_name, decided_why
)
