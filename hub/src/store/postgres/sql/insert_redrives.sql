INSERT INTO redrives (
    id, state, cause, owner, authority, channel, from_at, until_at, items, doubtful, overdue,
    near, next_due, done, skipped, why, made_at, made_by, made_name, started_at, started_by,
    started_name, approved_at, approved_by, approved_name, next_at, ended_at
)
SELECT
    id, state, cause, owner, authority, channel, from_at, until_at, items, doubtful, overdue,
    near, next_due, done, skipped, why, made_at, made_by, made_name, started_at, started_by,
    started_name, approved_at, approved_by, approved_name, next_at, ended_at
FROM unnest(
    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::bigint[], $9::int[], $10::int[], $11::int[], $12::int[], $13::bigint[], $14::int[],
    $15::int[], $16::text[], $17::bigint[], $18::text[], $19::text[], $20::bigint[], $21::text[],
    $22::text[], $23::bigint[], $24::text[], $25::text[], $26::bigint[], $27::bigint[]
) AS r (
    id, state, cause, owner, authority, channel, from_at, until_at, items, doubtful, overdue,
    near, next_due, done, skipped, why, made_at, made_by, made_name, started_at, started_by,
    started_name, approved_at, approved_by, approved_name, next_at, ended_at
)
