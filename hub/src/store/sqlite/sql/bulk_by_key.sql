SELECT json_object(
    'id', x.id, 'corporate_number', x.corporate_number, 'idempotency_key', x.idempotency_key,
    'sha256', x.sha256, 'file_name', x.file_name, 'head', x.head, 'saved_by', x.saved_by,
    'created_at', x.created_at, 'chosen_at', x.chosen_at
)
FROM bulks AS x
WHERE x.corporate_number = $1 ->> '$.corporate_number'
    AND x.idempotency_key = $1 ->> '$.idempotency_key'
