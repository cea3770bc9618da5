SELECT json_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'kind', x.kind, 'url', x.url,
    'said', x.said, 'person', x.person, 'name', x.name, 'at', x.at
)
FROM webhook_acts AS x
WHERE x.corporate_number = $1 ->> '$.corporate_number'
    AND ($1 ->> '$.kind' IS NULL OR x.kind = $1 ->> '$.kind')
ORDER BY x.at DESC, x.id DESC LIMIT $1 ->> '$.limit'
