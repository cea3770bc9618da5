INSERT INTO reminders (
    id, day, step, addressee, mail, deliveries, state, tries, next_attempt_at, lease_until, why,
    made_at, sent_at
)
SELECT
    r.id, r.day, r.step, r.addressee, r.mail, r.deliveries, r.state, r.tries, r.next_attempt_at,
    r.lease_until, r.why, r.made_at, r.sent_at
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::int[],
    $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[]
) AS r (
    id, day, step, addressee, mail, deliveries, state, tries, next_attempt_at, lease_until, why,
    made_at, sent_at
)
ON CONFLICT DO NOTHING
