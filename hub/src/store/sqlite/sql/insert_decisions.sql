INSERT INTO decisions (
    delivery_id, verdict, comment, files, marks, source, decided_at
)
SELECT
    value ->> '$.delivery_id', value ->> '$.verdict', value ->> '$.comment',
    value ->> '$.files', value ->> '$.marks', value ->> '$.source', value ->> '$.decided_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (delivery_id) DO NOTHING
