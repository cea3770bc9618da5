SELECT json_object(
    'id', x.id, 'secret_sha256', x.secret_sha256, 'scope', x.scope, 'subject', x.subject,
    'label', x.label, 'created_at', x.created_at, 'revoked_at', x.revoked_at
)
FROM api_keys AS x WHERE $1 IS NOT NULL ORDER BY x.created_at
