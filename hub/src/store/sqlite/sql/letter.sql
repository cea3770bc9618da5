SELECT json_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'kind', x.kind,
    'recipient', x.recipient, 'state', x.state, 'tries', x.tries, 'next_try_at', x.next_try_at,
    'why', x.why, 'created_at', x.created_at, 'sent_at', x.sent_at
)
FROM letters AS x WHERE x.id = $1 ->> '$'
