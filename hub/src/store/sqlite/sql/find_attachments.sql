SELECT json_object(
    'sha256', x.sha256, 'owner', x.owner, 'size', x.size, 'media_type', x.media_type,
    'created_at', x.created_at
)
FROM json_each($1) AS j JOIN attachments AS x
    ON x.sha256 = j.value ->> '$.sha256' AND x.owner = j.value ->> '$.owner'
