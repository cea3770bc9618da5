SELECT json_build_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'kind', x.kind,
    'request_id', x.request_id, 'person', x.person, 'name', x.name, 'former', x.former,
    'address', x.address, 'at', x.at
)::text
FROM address_acts AS x WHERE x.id = (($1::json) #>> '{}')::uuid
