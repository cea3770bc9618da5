SELECT
    x.id, x.filing_id, x.revision, x.authority, x.channel, x.ladder_step, x.state, x.turn,
    x.tries, x.attempts, x.postponed, x.next_attempt_at, x.lease_until, x.lease_owner, x.why,
    x.owner, x.proof, x.review, x.second_copy, x.package_sha256, x.rule, x.article,
    x.created_at, x.channel_since, x.delivered_at, x.decided_at, x.updated_at, x.faults, x.trace
FROM deliveries AS x
WHERE x.id = ANY($1::uuid[])
ORDER BY x.id FOR UPDATE
