UPDATE notices AS x SET
    state = r.state, turn = r.turn, tries = r.tries, next_attempt_at = r.next_attempt_at,
    lease_until = r.lease_until, why = r.why, sent_at = r.sent_at,
    updated_at = r.updated_at
FROM unnest(
    $1::uuid[], $2::text[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::text[],
    $8::bigint[], $9::bigint[]
) AS r (
    id, state, turn, tries, next_attempt_at, lease_until, why, sent_at, updated_at
)
WHERE x.id = r.id
