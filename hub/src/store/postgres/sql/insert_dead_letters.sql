INSERT INTO dead_letters (
    id, queue, reason, body, at
)
SELECT
    id, queue, reason, decode(body, 'hex'), at
FROM json_to_recordset($1::json) AS r (
    id uuid, queue text, reason text, body text, at bigint
)
ON CONFLICT (id) DO NOTHING
