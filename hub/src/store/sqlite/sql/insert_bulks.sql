INSERT INTO bulks (
    id, corporate_number, idempotency_key, sha256, file_name, head, saved_by, created_at,
    chosen_at
)
SELECT
    value ->> '$.id', value ->> '$.corporate_number', value ->> '$.idempotency_key',
    value ->> '$.sha256', value ->> '$.file_name', value ->> '$.head', value ->> '$.saved_by',
    value ->> '$.created_at', value ->> '$.chosen_at'
FROM json_each($1)
WHERE true -- lets the parser tell ON CONFLICT from a join
ON CONFLICT (corporate_number, idempotency_key) DO NOTHING
