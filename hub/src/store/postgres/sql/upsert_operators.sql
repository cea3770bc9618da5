INSERT INTO operators (
    corporate_number, name, mail, created_at
)
SELECT
    corporate_number, name, mail, created_at
FROM json_to_recordset($1::json) AS r (
    corporate_number text, name text, mail text, created_at bigint
)
ON CONFLICT (corporate_number) DO UPDATE SET
    name = excluded.name, mail = excluded.mail, created_at = excluded.created_at
