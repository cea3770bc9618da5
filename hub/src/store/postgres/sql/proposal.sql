-- How an authority is to be reached, as somebody proposed.
SELECT json_build_object(
    'id', x.id, 'authority', x.authority, 'state', x.state, 'ladder', x.ladder, 'shown', x.shown,
    'was', x.was, 'why', x.why, 'by_whom', x.by_whom, 'person', x.person, 'name', x.name,
    'at', x.at, 'decided_at', x.decided_at, 'decided_by', x.decided_by,
    'decided_name', x.decided_name, 'decided_why', x.decided_why
)::text
FROM proposals AS x
WHERE x.id = (($1::json) #>> '{}')::uuid
