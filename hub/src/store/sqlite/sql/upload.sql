SELECT json_object(
    'id', x.id, 'draft_id', x.draft_id, 'corporate_number', x.corporate_number,
    'file_name', x.file_name, 'media_type', x.media_type, 'size', x.size,
    'modified_at', x.modified_at, 'received', x.received, 'added_as', x.added_as,
    'touched_at', x.touched_at
)
FROM uploads AS x WHERE x.id = $1 ->> '$'
