INSERT INTO amendments (
    number, authority, valid_from, cells, was, why, by_whom, person, name, at
)
SELECT
    number, authority, valid_from, cells, was, why, by_whom, person, name, at
FROM unnest(
    $1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::bigint[]
) AS r (
    number, authority, valid_from, cells, was, why, by_whom, person, name, at
)
