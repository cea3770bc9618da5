INSERT INTO erased_objects (sha256, at)
SELECT sha256, at
FROM unnest($1::text[], $2::bigint[]) AS r (sha256, at)
ON CONFLICT (sha256) DO UPDATE SET at = excluded.at
