SELECT json_build_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'kind', x.kind, 'url', x.url,
    'said', x.said, 'person', x.person, 'name', x.name, 'at', x.at
)::text
FROM webhook_acts AS x
WHERE x.corporate_number = (($1::json) #>> '{}') AND x.kind <> 'tried'
ORDER BY x.at DESC, x.id DESC LIMIT 1
