-- Those whose time has come, this process's own until a time.
UPDATE statement_handouts AS x SET next_try_at = (($1::json) ->> 'until')::bigint
WHERE (x.authority, x.day) IN (
    SELECT authority, day FROM statement_handouts
    WHERE state = 'due' AND next_try_at <= (($1::json) ->> 'now')::bigint
    ORDER BY next_try_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object(
    'authority', x.authority, 'day', x.day, 'way', x.way, 'state', x.state, 'tries', x.tries,
    'next_try_at', x.next_try_at, 'why', x.why, 'made_at', x.made_at, 'sent_at', x.sent_at,
    'failed_at', x.failed_at
)::text
