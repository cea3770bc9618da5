INSERT INTO acts (
    delivery_id, id, kind, person, name, text, assignee,
    assignee_name, at
)
SELECT
    value ->> '$.delivery_id', value ->> '$.id', value ->> '$.kind', value ->> '$.person',
    value ->> '$.name', value ->> '$.text', value ->> '$.assignee', value ->> '$.assignee_name',
    value ->> '$.at'
FROM json_each($1)
