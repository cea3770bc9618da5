DELETE FROM uploads WHERE id IN (
    SELECT id FROM uploads WHERE touched_at <= $1 ->> '$.before'
    ORDER BY touched_at LIMIT $1 ->> '$.limit'
)
RETURNING json_quote(id)
