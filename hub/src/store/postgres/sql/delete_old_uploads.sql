DELETE FROM uploads WHERE id = ANY (ARRAY(
    SELECT id FROM uploads WHERE touched_at <= (($1::json) ->> 'before')::bigint
    ORDER BY touched_at LIMIT (($1::json) ->> 'limit')::bigint
))
RETURNING to_json(id)::text
