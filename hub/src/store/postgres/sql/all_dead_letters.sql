-- Those that nobody has dealt with, the newest first.
SELECT json_build_object('id', id, 'queue', queue, 'reason', reason,
    'body', encode(body, 'hex'), 'at', at)::text
FROM dead_letters WHERE settled_at IS NULL ORDER BY at DESC LIMIT (($1::json) #>> '{}')::bigint
