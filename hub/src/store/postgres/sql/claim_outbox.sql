UPDATE outbox SET claimed_until = (($1::json) ->> 'until')::bigint
WHERE id IN (
    SELECT id FROM outbox WHERE claimed_until <= (($1::json) ->> 'now')::bigint
    ORDER BY id LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING json_build_object('id', id, 'exchange', exchange, 'routing_key', routing_key,
    'body', encode(body, 'hex'), 'claimed_until', claimed_until)::text
