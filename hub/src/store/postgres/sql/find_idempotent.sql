SELECT json_build_object(
    'corporate_number', r.corporate_number, 'idempotency_key', r.idempotency_key,
    'filing_id', r.filing_id, 'revision', r.revision, 'received_at', r.received_at,
    'document_sha256', r.document_sha256
)::text
FROM json_to_recordset($1::json) AS j (corporate_number text, idempotency_key text)
JOIN revisions AS r
    ON r.corporate_number = j.corporate_number AND r.idempotency_key = j.idempotency_key
