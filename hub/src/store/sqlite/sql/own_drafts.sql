-- What an operator has not filed yet, saved last first.
SELECT json_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'version', x.version, 'kind', x.kind,
    'office_name', x.office_name, 'body', x.body, 'saved_by', x.saved_by,
    'corrects', x.corrects, 'filed_as', x.filed_as, 'created_at', x.created_at,
    'saved_at', x.saved_at
)
FROM drafts AS x
WHERE x.corporate_number = $1 ->> '$.corporate_number' AND x.filed_as IS NULL
ORDER BY x.saved_at DESC, x.id DESC LIMIT $1 ->> '$.limit'
