SELECT json_object(
    'id', x.id, 'scope', x.scope, 'subject', x.subject, 'person', x.person, 'name', x.name,
    'key_id', x.key_id, 'created_at', x.created_at, 'seen_at', x.seen_at,
    'authenticated_at', x.authenticated_at
)
FROM sessions AS x LEFT JOIN api_keys AS k ON k.id = x.key_id
WHERE x.id = $1 ->> '$' AND k.revoked_at IS NULL
