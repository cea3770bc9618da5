-- How a statement is handed out, kept from all others until the commit.
SELECT json_build_object(
    'authority', x.authority, 'day', x.day, 'way', x.way, 'state', x.state, 'tries', x.tries,
    'next_try_at', x.next_try_at, 'why', x.why, 'made_at', x.made_at, 'sent_at', x.sent_at,
    'failed_at', x.failed_at
)::text
FROM statement_handouts AS x
WHERE x.authority = ($1::json) ->> 'authority' AND x.day = ($1::json) ->> 'day'
FOR UPDATE
