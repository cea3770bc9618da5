UPDATE deliveries AS x SET
    channel = r.channel, ladder_step = r.ladder_step, state = r.state, turn = r.turn,
    tries = r.tries, attempts = r.attempts, postponed = r.postponed,
    next_attempt_at = r.next_attempt_at, lease_until = r.lease_until,
    lease_owner = r.lease_owner, why = r.why, owner = r.owner, proof = r.proof,
    review = r.review, second_copy = r.second_copy, package_sha256 = r.package_sha256,
    channel_since = r.channel_since, delivered_at = r.delivered_at,
    decided_at = r.decided_at, updated_at = r.updated_at
FROM json_to_recordset($1::json) AS r (
    id uuid, channel text, ladder_step int, state text, turn int, tries int, attempts int,
    postponed int, next_attempt_at bigint, lease_until bigint, lease_owner text, why text,
    owner text, proof text, review text, second_copy int, package_sha256 text,
    channel_since bigint, delivered_at bigint, decided_at bigint, updated_at bigint
)
WHERE x.id = r.id
