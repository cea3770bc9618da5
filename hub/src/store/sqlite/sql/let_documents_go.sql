-- Versions that ended by a time: nobody gets their files any more.
UPDATE documents SET gone_at = $1 ->> '$.at'
WHERE id IN (
    SELECT id FROM documents
    WHERE ended_at IS NOT NULL AND gone_at IS NULL AND ended_at <= $1 ->> '$.before'
    ORDER BY ended_at LIMIT $1 ->> '$.limit'
)
RETURNING json_quote(sha256)
