-- What was changed about one authority or about any, the newest first, before a number.
SELECT json_object(
    'number', x.number, 'authority', x.authority, 'valid_from', x.valid_from, 'cells', x.cells,
    'was', x.was, 'why', x.why, 'by_whom', x.by_whom, 'person', x.person, 'name', x.name,
    'at', x.at
)
FROM amendments AS x
WHERE ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
    AND x.number < $1 ->> '$.before'
ORDER BY x.number DESC LIMIT $1 ->> '$.limit'
