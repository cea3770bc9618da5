UPDATE watch_looks SET
    number = (($1::json) ->> 'number')::bigint,
    looked_at = (($1::json) ->> 'looked_at')::bigint
WHERE id = 1
