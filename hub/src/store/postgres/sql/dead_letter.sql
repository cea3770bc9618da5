SELECT json_build_object('id', id, 'queue', queue, 'reason', reason,
    'body', encode(body, 'hex'), 'at', at)::text
FROM dead_letters WHERE id = (($1::json) #>> '{}')::uuid
