SELECT json_object('id', id, 'queue', queue, 'reason', reason, 'body', lower(hex(body)), 'at', at)
FROM dead_letters ORDER BY at DESC LIMIT $1 ->> '$'
