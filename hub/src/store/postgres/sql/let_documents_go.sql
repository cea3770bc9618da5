-- Versions that ended by a time: nobody gets their files any more.
UPDATE documents SET gone_at = (($1::json) ->> 'at')::bigint
WHERE id IN (
    SELECT id FROM documents
    WHERE ended_at IS NOT NULL AND gone_at IS NULL AND ended_at <= (($1::json) ->> 'before')::bigint
    ORDER BY ended_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING to_json(sha256)::text
