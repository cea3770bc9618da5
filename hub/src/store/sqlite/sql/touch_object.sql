INSERT INTO objects (sha256, touched_at)
SELECT $1 ->> '$.sha256', $1 ->> '$.at'
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (sha256) DO UPDATE SET touched_at = excluded.touched_at
WHERE objects.deleting_at IS NULL
