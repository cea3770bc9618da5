UPDATE bulks SET chosen_at = (($1::json) ->> 'at')::bigint
WHERE id = (($1::json) ->> 'id')::uuid AND chosen_at IS NULL
