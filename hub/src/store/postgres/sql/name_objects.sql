-- Only what is still an upload of the owner, and is not being deleted.
INSERT INTO objects (sha256, touched_at, named_at)
SELECT x.sha256, min(j.at), min(j.at)
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS j (sha256, owner, at)
JOIN attachments AS x ON x.sha256 = j.sha256 AND x.owner = j.owner
GROUP BY x.sha256 ORDER BY x.sha256
ON CONFLICT (sha256) DO UPDATE SET named_at = excluded.named_at
WHERE objects.deleting_at IS NULL
RETURNING to_json(sha256)::text
