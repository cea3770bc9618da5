UPDATE reminders AS x SET
    state = 'sending', next_attempt_at = NULL, lease_until = $1 ->> '$.until'
WHERE x.id IN (
    SELECT id FROM reminders
    WHERE state IN ('waiting', 'sending')
        AND coalesce(next_attempt_at, lease_until) <= $1 ->> '$.now'
    ORDER BY coalesce(next_attempt_at, lease_until) LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'id', id, 'day', day, 'step', step, 'addressee', addressee, 'mail', mail,
    'deliveries', deliveries, 'state', state, 'tries', tries,
    'next_attempt_at', next_attempt_at, 'lease_until', lease_until, 'why', why,
    'made_at', made_at, 'sent_at', sent_at
)
