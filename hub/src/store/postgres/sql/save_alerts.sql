UPDATE alerts AS x SET
    state = r.state, tries = r.tries, next_try_at = r.next_try_at, why = r.why,
    sent_at = r.sent_at
FROM unnest(
    $1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::bigint[]
) AS r (
    id, state, tries, next_try_at, why, sent_at
)
WHERE x.id = r.id
