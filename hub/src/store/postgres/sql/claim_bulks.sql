-- Uploads whose filing has stood since a time go to whoever asks first.
UPDATE bulks AS x SET filing_at = (($1::json) ->> 'now')::bigint
WHERE x.id IN (
    SELECT id FROM bulks WHERE filing_at <= (($1::json) ->> 'before')::bigint
    ORDER BY filing_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING to_json(x.id)::text
