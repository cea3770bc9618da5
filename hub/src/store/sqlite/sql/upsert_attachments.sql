INSERT INTO attachments (
    sha256, owner, size, media_type, created_at
)
SELECT
    value ->> '$.sha256', value ->> '$.owner', value ->> '$.size',
    value ->> '$.media_type', value ->> '$.created_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (sha256, owner) DO UPDATE SET
    size = excluded.size, media_type = excluded.media_type,
    created_at = excluded.created_at
