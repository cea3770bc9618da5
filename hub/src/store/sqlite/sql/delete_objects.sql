DELETE FROM objects
WHERE deleting_at = $1 ->> '$.at'
    AND sha256 IN (SELECT value FROM json_each($1, '$.digests'))
