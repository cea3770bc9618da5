SELECT json_build_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'kind', x.kind,
    'request_id', x.request_id, 'person', x.person, 'name', x.name, 'former', x.former,
    'address', x.address, 'at', x.at
)::text
FROM address_acts AS x
WHERE x.corporate_number = ($1::json) ->> 'corporate_number'
    AND (($1::json) ->> 'kind' IS NULL OR x.kind = ($1::json) ->> 'kind')
ORDER BY x.at DESC, x.id DESC LIMIT (($1::json) ->> 'limit')::bigint
