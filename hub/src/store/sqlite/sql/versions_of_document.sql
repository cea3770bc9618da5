-- The versions of one document, the newest first.
SELECT json_object(
    'id', x.id, 'document_id', x.document_id, 'version', x.version, 'title_ja', x.title_ja,
    'title_en', x.title_en, 'kind', x.kind, 'audience', x.audience, 'file_name', x.file_name,
    'sha256', x.sha256, 'size', x.size, 'media_type', x.media_type, 'person', x.person,
    'name', x.name, 'at', x.at, 'ended_at', x.ended_at, 'ended_how', x.ended_how,
    'ended_by', x.ended_by, 'ended_by_name', x.ended_by_name, 'gone_at', x.gone_at
)
FROM documents AS x WHERE x.document_id = $1 ->> '$'
ORDER BY x.version DESC
