-- One writer at a time on this engine: no row lock is needed.
SELECT json_object(
    'authority', x.authority, 'day', x.day, 'way', x.way, 'state', x.state, 'tries', x.tries,
    'next_try_at', x.next_try_at, 'why', x.why, 'made_at', x.made_at, 'sent_at', x.sent_at,
    'failed_at', x.failed_at
)
FROM statement_handouts AS x
WHERE x.authority = $1 ->> '$.authority' AND x.day = $1 ->> '$.day'
