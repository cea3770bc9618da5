UPDATE redrives AS x SET
    state = r.state, done = r.done, skipped = r.skipped, why = r.why, started_at = r.started_at,
    started_by = r.started_by, started_name = r.started_name, approved_at = r.approved_at,
    approved_by = r.approved_by, approved_name = r.approved_name, next_at = r.next_at,
    ended_at = r.ended_at
FROM unnest(
    $1::uuid[], $2::text[], $3::int[], $4::int[], $5::text[], $6::bigint[], $7::text[],
    $8::text[], $9::bigint[], $10::text[], $11::text[], $12::bigint[], $13::bigint[]
) AS r (
    id, state, done, skipped, why, started_at, started_by, started_name, approved_at,
    approved_by, approved_name, next_at, ended_at
)
WHERE x.id = r.id
