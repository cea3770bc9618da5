UPDATE checks SET purged_at = $1 ->> '$.at'
WHERE filing_id IN (SELECT value FROM json_each($1, '$.ids')) AND purged_at IS NULL
