UPDATE objects SET deleting_at = $1 ->> '$.at'
WHERE sha256 IN (SELECT value FROM json_each($1, '$.digests'))
