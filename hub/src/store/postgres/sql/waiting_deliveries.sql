SELECT json_build_object(
    'id', x.id, 'filing_id', x.filing_id, 'revision', x.revision, 'authority', x.authority,
    'channel', x.channel, 'ladder_step', x.ladder_step, 'state', x.state, 'turn', x.turn,
    'tries', x.tries, 'attempts', x.attempts, 'postponed', x.postponed, 'faults', x.faults,
    'next_attempt_at', x.next_attempt_at, 'lease_until', x.lease_until,
    'lease_owner', x.lease_owner, 'why', x.why, 'owner', x.owner, 'proof', x.proof,
    'review', x.review, 'second_copy', x.second_copy, 'package_sha256', x.package_sha256,
    'rule', x.rule, 'article', x.article, 'created_at', x.created_at,
    'channel_since', x.channel_since, 'delivered_at', x.delivered_at,
    'decided_at', x.decided_at, 'updated_at', x.updated_at, 'trace', x.trace
)::text
FROM deliveries AS x WHERE x.state = 'waiting' AND x.next_attempt_at <= (($1::json) ->> 'now')::bigint
ORDER BY x.next_attempt_at LIMIT (($1::json) ->> 'limit')::bigint
FOR UPDATE SKIP LOCKED
