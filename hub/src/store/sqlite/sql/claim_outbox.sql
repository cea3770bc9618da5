UPDATE outbox SET claimed_until = $1 ->> '$.until'
WHERE id IN (
    SELECT id FROM outbox WHERE claimed_until <= $1 ->> '$.now'
    ORDER BY id LIMIT $1 ->> '$.limit'
)
RETURNING json_object('id', id, 'exchange', exchange, 'routing_key', routing_key,
    'body', lower(hex(body)), 'claimed_until', claimed_until, 'trace', trace)
