SELECT json_object(
    'upload_id', x.upload_id, 'begins_at', x.begins_at, 'size', x.size, 'sha256', x.sha256
)
FROM upload_pieces AS x WHERE x.upload_id = $1 ->> '$'
ORDER BY x.begins_at
