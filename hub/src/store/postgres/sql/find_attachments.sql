SELECT json_build_object(
    'sha256', x.sha256, 'owner', x.owner, 'size', x.size, 'media_type', x.media_type,
    'created_at', x.created_at
)::text
FROM json_to_recordset($1::json) AS j (sha256 text, owner text)
JOIN attachments AS x ON x.sha256 = j.sha256 AND x.owner = j.owner
