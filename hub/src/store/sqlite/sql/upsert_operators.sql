INSERT INTO operators (
    corporate_number, name, mail, created_at
)
SELECT
    value ->> '$.corporate_number', value ->> '$.name', value ->> '$.mail',
    value ->> '$.created_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (corporate_number) DO UPDATE SET
    name = excluded.name, mail = excluded.mail, created_at = excluded.created_at
