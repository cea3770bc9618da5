INSERT INTO statement_answers (
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at
)
SELECT
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at
FROM unnest(
    $1::text[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[],
    $9::int[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[]
) AS r (
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at
)
