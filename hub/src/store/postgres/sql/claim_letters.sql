UPDATE letters AS x SET next_try_at = (($1::json) ->> 'until')::bigint
WHERE x.id IN (
    SELECT id FROM letters
    WHERE state = 'due' AND next_try_at <= (($1::json) ->> 'now')::bigint
    ORDER BY next_try_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'kind', x.kind,
    'recipient', x.recipient, 'state', x.state, 'tries', x.tries, 'next_try_at', x.next_try_at,
    'why', x.why, 'created_at', x.created_at, 'sent_at', x.sent_at
)::text
