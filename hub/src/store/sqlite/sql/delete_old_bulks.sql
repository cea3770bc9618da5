DELETE FROM bulks WHERE id IN (
    SELECT id FROM bulks WHERE created_at <= $1 ->> '$.before'
    ORDER BY created_at LIMIT $1 ->> '$.limit'
)
RETURNING json_quote(id)
