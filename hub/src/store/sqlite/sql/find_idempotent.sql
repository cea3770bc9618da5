SELECT json_object(
    'corporate_number', r.corporate_number, 'idempotency_key', r.idempotency_key,
    'filing_id', r.filing_id, 'revision', r.revision, 'received_at', r.received_at,
    'document_sha256', r.document_sha256
)
FROM json_each($1) AS j JOIN revisions AS r
    ON r.corporate_number = j.value ->> '$.corporate_number'
    AND r.idempotency_key = j.value ->> '$.idempotency_key'
