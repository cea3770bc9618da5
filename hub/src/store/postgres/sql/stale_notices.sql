-- Queued for long without effect: its message is lost. The wait doubles each time, so that what
-- only stands in a long line does not make the line longer for ever.
UPDATE notices SET queued_at = (($1::json) ->> 'now')::bigint
WHERE id IN (
    SELECT x.id FROM notices AS x
    WHERE x.state = 'due'
        AND greatest(x.updated_at, x.queued_at) <= (($1::json) ->> 'before')::bigint
        AND coalesce(
            x.queued_at + least(x.queued_at - x.updated_at, (($1::json) ->> 'stale_max')::bigint), 0
        ) <= (($1::json) ->> 'now')::bigint
    ORDER BY greatest(x.updated_at, x.queued_at)
    LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object(
    'id', id, 'filing_id', filing_id, 'delivery_id', delivery_id, 'kind', kind,
    'recipient', recipient, 'state', state, 'turn', turn, 'tries', tries,
    'next_attempt_at', next_attempt_at, 'lease_until', lease_until, 'why', why,
    'created_at', created_at, 'sent_at', sent_at, 'updated_at', updated_at, 'trace', trace
)::text
