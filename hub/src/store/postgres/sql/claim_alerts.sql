-- Those whose time has come, this process's own until a time.
UPDATE alerts AS x SET next_try_at = (($1::json) ->> 'until')::bigint
WHERE x.id IN (
    SELECT id FROM alerts
    WHERE state = 'due' AND next_try_at <= (($1::json) ->> 'now')::bigint
    ORDER BY next_try_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object(
    'id', x.id, 'addressee', x.addressee, 'mail', x.mail, 'body', x.body, 'begun', x.begun,
    'ended', x.ended, 'state', x.state, 'tries', x.tries, 'next_try_at', x.next_try_at,
    'why', x.why, 'made_at', x.made_at, 'sent_at', x.sent_at
)::text
