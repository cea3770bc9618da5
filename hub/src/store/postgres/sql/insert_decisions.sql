INSERT INTO decisions (
    delivery_id, verdict, comment, files, source, decided_at
)
SELECT
    delivery_id, verdict, comment, files, source, decided_at
FROM json_to_recordset($1::json) AS r (
    delivery_id uuid, verdict text, comment text, files text, source text,
    decided_at bigint
)
ON CONFLICT (delivery_id) DO NOTHING
