-- Who was given each of some deliveries in hand, every time; the last holds.
SELECT json_build_object(
    'id', x.id, 'delivery_id', x.delivery_id, 'kind', x.kind, 'person', x.person, 'name', x.name,
    'text', x.text, 'assignee', x.assignee, 'assignee_name', x.assignee_name, 'at', x.at
)::text
FROM acts AS x WHERE x.delivery_id = ANY($1::uuid[]) AND x.kind = 'assigned'
ORDER BY x.delivery_id, x.id
