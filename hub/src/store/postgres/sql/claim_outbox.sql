-- An array, unlike IN, is looked up in the index one by one, however long the outbox is.
UPDATE outbox SET claimed_until = (($1::json) ->> 'until')::bigint
WHERE id = ANY (ARRAY(
    SELECT id FROM outbox WHERE claimed_until <= (($1::json) ->> 'now')::bigint
    ORDER BY id LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
))
RETURNING json_build_object('id', id, 'exchange', exchange, 'routing_key', routing_key,
    'body', encode(body, 'hex'), 'claimed_until', claimed_until, 'trace', trace)::text
