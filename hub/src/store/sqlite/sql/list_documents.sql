-- The newest version of each document that is given out, or that was withdrawn, for some reader (null:
-- for all), the newest first. `before` and `before_id` are the at and id of the last row seen.
SELECT json_object(
    'id', x.id, 'document_id', x.document_id, 'version', x.version, 'title_ja', x.title_ja,
    'title_en', x.title_en, 'kind', x.kind, 'audience', x.audience, 'file_name', x.file_name,
    'sha256', x.sha256, 'size', x.size, 'media_type', x.media_type, 'person', x.person,
    'name', x.name, 'at', x.at, 'ended_at', x.ended_at, 'ended_how', x.ended_how,
    'ended_by', x.ended_by, 'ended_by_name', x.ended_by_name, 'gone_at', x.gone_at
)
FROM documents AS x
WHERE coalesce(x.ended_how, 'given out') = $1 ->> '$.standing'
    AND ($1 ->> '$.reader' IS NULL OR x.audience IN ('all', $1 ->> '$.reader'))
    AND ($1 ->> '$.kind' IS NULL OR x.kind = $1 ->> '$.kind')
    AND ($1 ->> '$.text' IS NULL OR instr(
        lower(x.title_ja || ' ' || x.title_en || ' ' || x.file_name), lower($1 ->> '$.text')) > 0)
    AND x.at <= coalesce($1 ->> '$.before', 9223372036854775807)
    AND (x.at < coalesce($1 ->> '$.before', 9223372036854775807)
        OR x.id < $1 ->> '$.before_id')
ORDER BY x.at DESC, x.id DESC LIMIT $1 ->> '$.limit'
