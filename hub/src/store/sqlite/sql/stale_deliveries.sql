-- Queued for long without effect: its message is lost. The wait doubles each time, so that what
-- only stands in a long line does not make the line longer for ever.
UPDATE deliveries SET queued_at = $1 ->> '$.now'
WHERE id IN (
    SELECT x.id FROM deliveries AS x
    WHERE x.state = 'due'
        AND max(x.updated_at, coalesce(x.queued_at, x.updated_at)) <= $1 ->> '$.before'
        AND coalesce(x.queued_at + min(x.queued_at - x.updated_at, $1 ->> '$.stale_max'), 0)
            <= $1 ->> '$.now'
    ORDER BY max(x.updated_at, coalesce(x.queued_at, x.updated_at))
    LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'id', id, 'filing_id', filing_id, 'revision', revision, 'authority', authority,
    'channel', channel, 'ladder_step', ladder_step, 'state', state, 'turn', turn, 'tries', tries,
    'attempts', attempts, 'postponed', postponed, 'faults', faults,
    'next_attempt_at', next_attempt_at,
    'lease_until', lease_until, 'lease_owner', lease_owner, 'why', why, 'owner', owner,
    'proof', proof, 'review', review, 'second_copy', second_copy,
    'package_sha256', package_sha256, 'rule', rule, 'article', article, 'created_at', created_at,
    'channel_since', channel_since, 'delivered_at', delivered_at, 'decided_at', decided_at,
    'updated_at', updated_at, 'trace', trace
)
