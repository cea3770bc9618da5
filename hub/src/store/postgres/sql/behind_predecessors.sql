-- Deliveries to an authority that are held until the try of an earlier revision is over, and
-- whose time has come, the oldest first. The code is WAITS_FOR_PREDECESSOR.
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
FROM deliveries AS x
WHERE x.state = 'held' AND x.authority = ($1::json) ->> 'authority'
    AND (x.why::json) ->> 'code' = 'waits_for_predecessor'
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS p
        WHERE p.filing_id = x.filing_id AND p.authority = x.authority
            AND p.revision < x.revision AND p.state IN ('due', 'sending')
    )
ORDER BY x.created_at LIMIT (($1::json) ->> 'limit')::bigint
FOR UPDATE OF x SKIP LOCKED
