INSERT INTO stages (
    authority, stage, due_on, done_at, person, name, why, updated_at
)
SELECT
    value ->> '$.authority', value ->> '$.stage', value ->> '$.due_on', value ->> '$.done_at',
    value ->> '$.person', value ->> '$.name', value ->> '$.why', value ->> '$.updated_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (authority, stage) DO UPDATE SET
    due_on = excluded.due_on, done_at = excluded.done_at, person = excluded.person,
    name = excluded.name, why = excluded.why, updated_at = excluded.updated_at
