-- Queued for long without effect: its message is lost. The wait doubles each time, so that what
-- only stands in a long line does not make the line longer for ever.
UPDATE notices SET queued_at = $1 ->> '$.now'
WHERE id IN (
    SELECT x.id FROM notices AS x
    WHERE x.state = 'due'
        AND max(x.updated_at, coalesce(x.queued_at, x.updated_at)) <= $1 ->> '$.before'
        AND coalesce(x.queued_at + min(x.queued_at - x.updated_at, $1 ->> '$.stale_max'), 0)
            <= $1 ->> '$.now'
    ORDER BY max(x.updated_at, coalesce(x.queued_at, x.updated_at))
    LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'id', id, 'filing_id', filing_id, 'delivery_id', delivery_id, 'kind', kind,
    'recipient', recipient, 'state', state, 'turn', turn, 'tries', tries,
    'next_attempt_at', next_attempt_at, 'lease_until', lease_until, 'why', why,
    'created_at', created_at, 'sent_at', sent_at, 'updated_at', updated_at, 'trace', trace
)
