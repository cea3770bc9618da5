-- A file that was taken before, by whichever process, is no new answer.
INSERT INTO statement_answers (
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at, source
)
SELECT
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at, source
FROM unnest(
    $1::text[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[],
    $9::int[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[],
    $15::text[]
) AS r (
    authority, day, id, digest, packages, answered, missing, unknown, other, differences, via,
    person, name, at, source
)
ON CONFLICT DO NOTHING
