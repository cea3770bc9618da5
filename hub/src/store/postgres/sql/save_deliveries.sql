UPDATE deliveries AS x SET
    channel = r.channel, ladder_step = r.ladder_step, state = r.state, turn = r.turn,
    tries = r.tries, attempts = r.attempts, postponed = r.postponed,
    next_attempt_at = r.next_attempt_at, lease_until = r.lease_until,
    lease_owner = r.lease_owner, why = r.why, owner = r.owner, proof = r.proof,
    review = r.review, second_copy = r.second_copy, package_sha256 = r.package_sha256,
    channel_since = r.channel_since, delivered_at = r.delivered_at,
    decided_at = r.decided_at, updated_at = r.updated_at, faults = r.faults
FROM unnest(
    $1::uuid[], $2::text[], $3::int[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[],
    $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[],
    $15::text[], $16::int[], $17::text[], $18::bigint[], $19::bigint[], $20::bigint[],
    $21::bigint[], $22::int[]
) AS r (
    id, channel, ladder_step, state, turn, tries, attempts, postponed, next_attempt_at,
    lease_until, lease_owner, why, owner, proof, review, second_copy, package_sha256,
    channel_since, delivered_at, decided_at, updated_at, faults
)
WHERE x.id = r.id
