-- Those whose time has come, this process's own until a time.
UPDATE alerts AS x SET next_try_at = $1 ->> '$.until'
WHERE x.id IN (
    SELECT id FROM alerts
    WHERE state = 'due' AND next_try_at <= $1 ->> '$.now'
    ORDER BY next_try_at LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'id', id, 'addressee', addressee, 'mail', mail, 'body', body, 'begun', begun,
    'ended', ended, 'state', state, 'tries', tries, 'next_try_at', next_try_at, 'why', why,
    'made_at', made_at, 'sent_at', sent_at
)
