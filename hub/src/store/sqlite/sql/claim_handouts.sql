-- Those whose time has come, this process's own until a time.
UPDATE statement_handouts AS x SET next_try_at = $1 ->> '$.until'
WHERE (x.authority, x.day) IN (
    SELECT authority, day FROM statement_handouts
    WHERE state = 'due' AND next_try_at <= $1 ->> '$.now'
    ORDER BY next_try_at LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'authority', authority, 'day', day, 'way', way, 'state', state, 'tries', tries,
    'next_try_at', next_try_at, 'why', why, 'made_at', made_at, 'sent_at', sent_at,
    'failed_at', failed_at
)
