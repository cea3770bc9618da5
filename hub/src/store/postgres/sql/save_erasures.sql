UPDATE erasures AS x SET
    state = r.state, done = r.done, kept = r.kept, reached_at = r.reached_at,
    reached_id = r.reached_id, approved_at = r.approved_at, approved_by = r.approved_by,
    approved_name = r.approved_name, ended_at = r.ended_at
FROM unnest(
    $1::uuid[], $2::text[], $3::int[], $4::int[], $5::bigint[], $6::uuid[], $7::bigint[],
    $8::text[], $9::text[], $10::bigint[]
) AS r (
    id, state, done, kept, reached_at, reached_id, approved_at, approved_by, approved_name,
    ended_at
)
WHERE x.id = r.id
