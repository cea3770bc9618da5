-- Who was given each of some deliveries in hand, every time; the last holds.
SELECT json_object(
    'id', x.id, 'delivery_id', x.delivery_id, 'kind', x.kind, 'person', x.person, 'name', x.name,
    'text', x.text, 'assignee', x.assignee, 'assignee_name', x.assignee_name, 'at', x.at
)
FROM acts AS x WHERE x.delivery_id IN (SELECT value FROM json_each($1)) AND x.kind = 'assigned'
ORDER BY x.delivery_id, x.id
