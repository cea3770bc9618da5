-- One writer at a time on this engine: no row lock is needed.
SELECT json_object(
    'id', x.id, 'authority', x.authority, 'state', x.state, 'ladder', x.ladder, 'shown', x.shown,
    'was', x.was, 'why', x.why, 'by_whom', x.by_whom, 'person', x.person, 'name', x.name,
    'at', x.at, 'decided_at', x.decided_at, 'decided_by', x.decided_by,
    'decided_name', x.decided_name, 'decided_why', x.decided_why
)
FROM proposals AS x
WHERE x.id = $1 ->> '$'
