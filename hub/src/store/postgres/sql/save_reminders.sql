UPDATE reminders AS x SET
    state = r.state, tries = r.tries, next_attempt_at = r.next_attempt_at,
    lease_until = r.lease_until, why = r.why, sent_at = r.sent_at
FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[]
) AS r (id, state, tries, next_attempt_at, lease_until, why, sent_at)
WHERE x.id = r.id
