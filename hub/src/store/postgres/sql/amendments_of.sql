-- What was changed about one authority or about any, the newest first, before a number.
SELECT json_build_object(
    'number', x.number, 'authority', x.authority, 'valid_from', x.valid_from, 'cells', x.cells,
    'was', x.was, 'why', x.why, 'by_whom', x.by_whom, 'person', x.person, 'name', x.name,
    'at', x.at
)::text
FROM amendments AS x
WHERE (($1::json) ->> 'authority' IS NULL OR x.authority = ($1::json) ->> 'authority')
    AND x.number < (($1::json) ->> 'before')::bigint
ORDER BY x.number DESC LIMIT (($1::json) ->> 'limit')::bigint
