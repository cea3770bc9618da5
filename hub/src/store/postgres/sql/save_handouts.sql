UPDATE statement_handouts AS x SET
    state = r.state, tries = r.tries, next_try_at = r.next_try_at, why = r.why,
    sent_at = r.sent_at, failed_at = r.failed_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::text[], $7::bigint[],
    $8::bigint[]
) AS r (authority, day, state, tries, next_try_at, why, sent_at, failed_at)
WHERE x.authority = r.authority AND x.day = r.day
