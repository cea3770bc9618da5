DELETE FROM bulks WHERE id = ANY (ARRAY(
    SELECT id FROM bulks WHERE created_at <= (($1::json) ->> 'before')::bigint
    ORDER BY created_at LIMIT (($1::json) ->> 'limit')::bigint
))
RETURNING to_json(id)::text
