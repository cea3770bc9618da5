SELECT json_build_object(
    'id', x.id, 'secret_sha256', x.secret_sha256, 'scope', x.scope, 'subject', x.subject,
    'label', x.label, 'created_at', x.created_at, 'revoked_at', x.revoked_at
)::text
FROM api_keys AS x WHERE x.id = (($1::json) #>> '{}')
