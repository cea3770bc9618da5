DELETE FROM drafts WHERE id IN (
    SELECT id FROM drafts WHERE saved_at <= $1 ->> '$.before'
    ORDER BY saved_at LIMIT $1 ->> '$.limit'
)
