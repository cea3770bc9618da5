SELECT json_build_object(
    'corporate_number', x.corporate_number, 'name', x.name, 'mail', x.mail,
    'created_at', x.created_at
)::text
FROM operators AS x WHERE x.corporate_number = (($1::json) #>> '{}')
FOR UPDATE
