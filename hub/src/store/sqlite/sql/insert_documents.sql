INSERT INTO documents (
    id, document_id, version, title_ja, title_en, kind, audience, file_name, sha256, size,
    media_type, person, name, at
)
SELECT
    value ->> '$.id', value ->> '$.document_id', value ->> '$.version', value ->> '$.title_ja',
    value ->> '$.title_en', value ->> '$.kind', value ->> '$.audience', value ->> '$.file_name',
    value ->> '$.sha256', value ->> '$.size', value ->> '$.media_type', value ->> '$.person',
    value ->> '$.name', value ->> '$.at'
FROM json_each($1)
