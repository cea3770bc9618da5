UPDATE objects SET deleting_at = $1 ->> '$.at'
WHERE sha256 IN (
    SELECT sha256 FROM objects WHERE deleting_at <= $1 ->> '$.before'
    ORDER BY deleting_at LIMIT $1 ->> '$.limit'
)
RETURNING json_quote(sha256)
