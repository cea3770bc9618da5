-- Those that nobody has dealt with, the newest first.
SELECT json_object('id', id, 'queue', queue, 'reason', reason, 'body', lower(hex(body)), 'at', at)
FROM dead_letters WHERE settled_at IS NULL ORDER BY at DESC LIMIT $1 ->> '$'
