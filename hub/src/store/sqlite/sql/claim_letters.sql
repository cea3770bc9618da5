UPDATE letters AS x SET next_try_at = $1 ->> '$.until'
WHERE x.id IN (
    SELECT id FROM letters
    WHERE state = 'due' AND next_try_at <= $1 ->> '$.now'
    ORDER BY next_try_at LIMIT $1 ->> '$.limit'
)
RETURNING json_object(
    'id', id, 'corporate_number', corporate_number, 'kind', kind,
    'recipient', recipient, 'state', state, 'tries', tries, 'next_try_at', next_try_at,
    'why', why, 'created_at', created_at, 'sent_at', sent_at
)
