-- Only what is still an upload of the owner, and is not being deleted.
INSERT INTO objects (sha256, touched_at, named_at)
SELECT x.sha256, min(j.value ->> '$.at'), min(j.value ->> '$.at')
FROM json_each($1) AS j JOIN attachments AS x
    ON x.sha256 = j.value ->> '$.sha256' AND x.owner = j.value ->> '$.owner'
WHERE true -- lets the parser tell ON CONFLICT from a join
GROUP BY x.sha256
ON CONFLICT (sha256) DO UPDATE SET named_at = excluded.named_at
WHERE objects.deleting_at IS NULL
RETURNING json_quote(sha256)
