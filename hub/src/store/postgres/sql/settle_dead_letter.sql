UPDATE dead_letters SET settled_at = (($1::json) ->> 'at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid AND settled_at IS NULL
