SELECT json_object('id', id, 'queue', queue, 'reason', reason,
    'body', lower(hex(body)), 'at', at)
FROM dead_letters WHERE id = $1 ->> '$'
