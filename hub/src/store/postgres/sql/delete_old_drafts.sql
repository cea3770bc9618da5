DELETE FROM drafts WHERE id = ANY (ARRAY(
    SELECT id FROM drafts WHERE saved_at <= (($1::json) ->> 'before')::bigint
    ORDER BY saved_at LIMIT (($1::json) ->> 'limit')::bigint
))
