UPDATE bulks SET filing_at = $1 ->> '$.at'
WHERE id = $1 ->> '$.id'
