INSERT INTO attachments (
    sha256, owner, size, media_type, created_at
)
SELECT
    sha256, owner, size, media_type, created_at
FROM unnest(
    $1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[]
) AS r (
    sha256, owner, size, media_type, created_at
)
ON CONFLICT (sha256, owner) DO UPDATE SET
    size = excluded.size, media_type = excluded.media_type,
    created_at = excluded.created_at
