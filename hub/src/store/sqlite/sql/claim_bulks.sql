-- Uploads whose filing has stood since a time go to whoever asks first.
UPDATE bulks SET filing_at = $1 ->> '$.now'
WHERE id IN (
    SELECT id FROM bulks WHERE filing_at <= $1 ->> '$.before'
    ORDER BY filing_at LIMIT $1 ->> '$.limit'
)
RETURNING json_quote(id)
