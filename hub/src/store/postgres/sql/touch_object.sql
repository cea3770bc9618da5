INSERT INTO objects (sha256, touched_at)
SELECT ($1::json) ->> 'sha256', (($1::json) ->> 'at')::bigint
ON CONFLICT (sha256) DO UPDATE SET touched_at = excluded.touched_at
WHERE objects.deleting_at IS NULL
