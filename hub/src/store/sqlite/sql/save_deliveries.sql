UPDATE deliveries AS x SET
    channel = r.channel, ladder_step = r.ladder_step, state = r.state, turn = r.turn,
    tries = r.tries, attempts = r.attempts, postponed = r.postponed,
    next_attempt_at = r.next_attempt_at, lease_until = r.lease_until,
    lease_owner = r.lease_owner, why = r.why, owner = r.owner, proof = r.proof,
    review = r.review, second_copy = r.second_copy, package_sha256 = r.package_sha256,
    channel_since = r.channel_since, delivered_at = r.delivered_at,
    decided_at = r.decided_at, updated_at = r.updated_at, faults = r.faults
FROM (
    SELECT
        value ->> '$.id' AS id, value ->> '$.channel' AS channel,
        value ->> '$.ladder_step' AS ladder_step, value ->> '$.state' AS state,
        value ->> '$.turn' AS turn, value ->> '$.tries' AS tries,
        value ->> '$.attempts' AS attempts, value ->> '$.postponed' AS postponed,
        value ->> '$.next_attempt_at' AS next_attempt_at,
        value ->> '$.lease_until' AS lease_until, value ->> '$.lease_owner' AS lease_owner,
        value ->> '$.why' AS why, value ->> '$.owner' AS owner,
        value ->> '$.proof' AS proof, value ->> '$.review' AS review,
        value ->> '$.second_copy' AS second_copy,
        value ->> '$.package_sha256' AS package_sha256,
        value ->> '$.channel_since' AS channel_since,
        value ->> '$.delivered_at' AS delivered_at, value ->> '$.decided_at' AS decided_at,
        value ->> '$.updated_at' AS updated_at, value ->> '$.faults' AS faults
    FROM json_each($1)
) AS r
WHERE x.id = r.id
