SELECT json_build_object('id', id, 'queue', queue, 'reason', reason,
    'body', encode(body, 'hex'), 'at', at)::text
FROM dead_letters ORDER BY at DESC LIMIT (($1::json) #>> '{}')::bigint
