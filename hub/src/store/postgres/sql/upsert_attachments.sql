INSERT INTO attachments (
    sha256, owner, size, media_type, created_at
)
SELECT
    sha256, owner, size, media_type, created_at
FROM json_to_recordset($1::json) AS r (
    sha256 text, owner text, size bigint, media_type text, created_at bigint
)
ON CONFLICT (sha256, owner) DO UPDATE SET
    size = excluded.size, media_type = excluded.media_type,
    created_at = excluded.created_at
