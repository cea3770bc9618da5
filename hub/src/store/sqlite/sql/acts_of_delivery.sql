SELECT json_object(
    'id', x.id, 'delivery_id', x.delivery_id, 'kind', x.kind, 'person', x.person, 'name', x.name,
    'text', x.text, 'assignee', x.assignee, 'assignee_name', x.assignee_name, 'at', x.at
)
FROM acts AS x WHERE x.delivery_id = $1 ->> '$'
ORDER BY x.id
