-- The newest first, to one authority or to any, in one state or in any.
SELECT json_object(
    'id', x.id, 'authority', x.authority, 'state', x.state, 'ladder', x.ladder, 'shown', x.shown,
    'was', x.was, 'why', x.why, 'by_whom', x.by_whom, 'person', x.person, 'name', x.name,
    'at', x.at, 'decided_at', x.decided_at, 'decided_by', x.decided_by,
    'decided_name', x.decided_name, 'decided_why', x.decided_why
)
FROM proposals AS x
WHERE ($1 ->> '$.authority' IS NULL OR x.authority = $1 ->> '$.authority')
    AND ($1 ->> '$.state' IS NULL OR x.state = $1 ->> '$.state')
ORDER BY x.at DESC, x.id DESC LIMIT $1 ->> '$.limit'
