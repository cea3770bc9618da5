UPDATE objects SET deleting_at = (($1::json) ->> 'at')::bigint
WHERE sha256 IN (
    SELECT sha256 FROM objects WHERE deleting_at <= (($1::json) ->> 'before')::bigint
    ORDER BY deleting_at LIMIT (($1::json) ->> 'limit')::bigint
    FOR UPDATE SKIP LOCKED
)
RETURNING to_json(sha256)::text
