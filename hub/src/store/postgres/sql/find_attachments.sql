SELECT json_build_object(
    'sha256', x.sha256, 'owner', x.owner, 'size', x.size, 'media_type', x.media_type,
    'created_at', x.created_at
)::text
FROM unnest($1::text[], $2::text[]) AS j (sha256, owner)
JOIN attachments AS x ON x.sha256 = j.sha256 AND x.owner = j.owner
