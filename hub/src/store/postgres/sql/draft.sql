SELECT json_build_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'version', x.version, 'kind', x.kind,
    'office_name', x.office_name, 'body', x.body, 'saved_by', x.saved_by,
    'corrects', x.corrects, 'filed_as', x.filed_as, 'created_at', x.created_at,
    'saved_at', x.saved_at
)::text
FROM drafts AS x WHERE x.id = (($1::json) #>> '{}')::uuid
