-- Held deliveries of an authority, or of one of its lanes, with the reason given, of some kinds of
-- filings or of all, the oldest first. The code is asked for in words that the index of troubles
-- does not have: that one knows not of all codes, and this goes one way whichever is asked for.
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
    AND coalesce((x.why::json) ->> 'code', '') = ($1::json) ->> 'code'
    AND (($1::json) ->> 'channel' IS NULL OR x.channel = ($1::json) ->> 'channel')
    AND (($1::json) ->> 'kinds' IS NULL
        OR (SELECT f.kind FROM filings AS f WHERE f.id = x.filing_id)
            = ANY (ARRAY(SELECT json_array_elements_text(($1::json) -> 'kinds'))))
ORDER BY x.created_at LIMIT (($1::json) ->> 'limit')::bigint
FOR UPDATE SKIP LOCKED
